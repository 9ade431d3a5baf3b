import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_VIEW_BYTES, readShownProcess, showProcess } from '../../src/lan/shown-process.ts';
import { ANNOUNCEMENT, ENDPOINT, IDENTITY, SERVICE, snapshot } from '../fixtures.ts';

const SHOWN = showProcess(IDENTITY, snapshot());

test('what is shown reads back as it was', () => {
  expect(SHOWN).toMatchObject({
    announced: [{ instance: 'web on h1' }],
    proxied: [{ service: 'redis', bytes: 6_000 }],
  });
  expect(readShownProcess(JSON.parse(JSON.stringify(SHOWN)))).toEqual(SHOWN);
});

test('credentials, TXT records and the like are not in it', () => {
  expect(
    JSON.stringify(showProcess(IDENTITY, snapshot({ announcements: [{ ...ANNOUNCEMENT, txt: { secret: 'x1y2' } }] }))),
  ).not.toContain('x1y2');
});

test('it has a bound, however much there is to show', () => {
  const name = '\u{1f4a5}'.repeat(60);
  const endpoints = Array.from({ length: 400 }, () => ({ ...ENDPOINT, instance: name }));
  const services = Array.from({ length: 200 }, () => ({ ...SERVICE, endpoints }));
  const announcements = Array.from({ length: 900 }, () => ({ ...ANNOUNCEMENT, instance: name }));
  const shown = showProcess(IDENTITY, snapshot({ services, announcements, traffic: [] }));
  expect(Buffer.byteLength(JSON.stringify(shown))).toBeLessThanOrEqual(MAX_VIEW_BYTES);
  expect(readShownProcess(shown)).toEqual(shown);
});

test('of what makes no sense the rest is read, and nothing throws', () => {
  const [one] = SHOWN.announced;
  const strange = { ...SHOWN, announced: [one, { ...one, port: 0 }, { ...one, state: 'evil' }, 7, null] };
  expect(readShownProcess(strange)?.announced).toEqual([one]);
  expect(readShownProcess({ ...SHOWN, id: 'x' })).toBeUndefined();
  expect(readShownProcess({ ...SHOWN, machine: { ...SHOWN.machine, name: 'x'.repeat(256) } })).toBeUndefined();
  fc.assert(
    fc.property(fc.anything(), fc.constantFrom(...Object.keys(SHOWN)), (value, key) => {
      readShownProcess(value);
      readShownProcess({ ...SHOWN, [key]: value });
    }),
  );
});
