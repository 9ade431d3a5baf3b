import { readTxtText, type Txt } from '@mdns-ambassador/mdns';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchesFilter } from '../../src/sources/instance-filter.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const txt: Txt = new Map<string, Uint8Array | true>([
  ['Role', bytes('primary')],
  ['flag', true],
  ['bad', Uint8Array.of(0xff, 0xfe)],
  ['empty', new Uint8Array()],
]);
const instance = { name: 'redis on h1', txt };

describe('--where KEY=VALUE', () => {
  test.each([
    { key: 'Role', value: 'primary', matches: true },
    { key: 'ROLE', value: 'primary', matches: true },
    { key: 'Role', value: 'Primary', matches: false },
    { key: 'Role', value: 'replica', matches: false },
    { key: 'absent', value: '', matches: false },
    { key: 'flag', value: '', matches: false },
    { key: 'empty', value: '', matches: true },
    { key: 'bad', value: '\ufffd\ufffd', matches: false },
  ])('$key=$value matches: $matches', ({ key, value, matches }) => {
    expect(matchesFilter(instance, { where: [{ key, value }] })).toBe(matches);
  });

  test('all must match', () => {
    const role = { key: 'role', value: 'primary' };
    expect(matchesFilter(instance, { where: [role, { key: 'zone', value: 'a' }] })).toBe(false);
    expect(matchesFilter(instance, {})).toBe(true);
  });
});

describe('--instance GLOB', () => {
  test.each([
    { glob: 'redis on h1', matches: true },
    { glob: 'redis*', matches: true },
    { glob: '*h1', matches: true },
    { glob: 'redis on h?', matches: true },
    { glob: '*', matches: true },
    { glob: 'redis', matches: false },
    { glob: 'redis.on.h1', matches: false },
    { glob: 'redis on h[0-9]', matches: false },
    { glob: 'REDIS*', matches: false },
    { glob: '(redis|x)*', matches: false },
  ])('$glob matches: $matches', ({ glob, matches }) => {
    expect(matchesFilter(instance, { instance: glob })).toBe(matches);
  });

  test('every glob matches what an expression made of it would', () => {
    const glob = fc.array(fc.constantFrom('*', '?', 'a', 'b'), { maxLength: 7 }).map((parts) => parts.join(''));
    const name = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(glob, name, (written, named) => {
        const expression = new RegExp(`^${written.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(matchesFilter({ name: named, txt }, { instance: written })).toBe(expression.test(named));
      }),
      { numRuns: 2_000 },
    );
  });

  test('no glob takes long, whoever wrote it', () => {
    const name = 'redis on a-long-host-name.example'.repeat(2).slice(0, 63);
    for (const part of ['*?', '*e', '?*', '*']) {
      expect(matchesFilter({ name, txt }, { instance: `${part.repeat(2_000)}Z` })).toBe(false);
    }
  });

  test('a name with line breaks and emoji is matched as a whole', () => {
    expect(matchesFilter({ name: 'a\n🙂b', txt }, { instance: 'a*b' })).toBe(true);
    expect(matchesFilter({ name: 'a\n🙂b', txt }, { instance: 'a??b' })).toBe(true);
  });
});

test('readTxtText gives text, and nothing for keys without value or bytes that are no UTF-8', () => {
  expect(readTxtText(txt, 'role')).toBe('primary');
  expect(readTxtText(txt, 'flag')).toBeUndefined();
  expect(readTxtText(txt, 'bad')).toBeUndefined();
  expect(readTxtText(txt, 'absent')).toBeUndefined();
});
