import { expect, test } from 'vitest';
import { Congestion } from '../../../src/rules/asking/congestion.ts';

test('250 packets of lists a second are no congestion, more are for half a second', () => {
  const congestion = new Congestion();
  for (let at = 0; at < 5_000; at += 4) congestion.note(at);
  expect(congestion.isCongested(5_000)).toBe(false);
  for (let packet = 0; packet <= 250; packet += 1) congestion.note(5_000);
  expect(congestion.isCongested(5_000)).toBe(true);
  expect(congestion.isCongested(5_499)).toBe(true);
  expect(congestion.isCongested(5_500)).toBe(false);
});
