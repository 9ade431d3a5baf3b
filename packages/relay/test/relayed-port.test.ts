import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRelayedPort, markRelayedPort } from '../src/relayed-port.ts';

const ID = 'abcdefghijklmnop';
const port = fc.integer({ min: 1, max: 65_535 });

test('a marked id is an id still, and shows its port alone', () => {
  fc.assert(
    fc.property(port, port, (its, other) => {
      const marked = markRelayedPort(ID, its);
      expect(marked).toMatch(/^abcdefgh[a-z2-7]{8}$/);
      expect(isRelayedPort(marked, its)).toBe(true);
      expect(isRelayedPort(marked, other)).toBe(its === other);
    }),
  );
});

test('an id of one start shows nothing of another', () => {
  expect(markRelayedPort('qrstuvwxyz234567', 6379).slice(8)).not.toBe(markRelayedPort(ID, 6379).slice(8));
});

test('any other text is no marked id', () => {
  for (const text of ['', ID, 'abcdefgh', markRelayedPort('abcdefgh', 6379)])
    expect(isRelayedPort(text, 6379)).toBe(false);
});
