import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvalidValue } from '../../src/exit/cli-error.ts';
import { formatDuration, parseDuration } from '../../src/parse/duration.ts';

test.each([
  ['500ms', 500],
  ['2s', 2_000],
  ['1.5m', 90_000],
  ['1h', 3_600_000],
  ['3', 3_000],
  ['0.25', 250],
])('%s is %i ms', (text, durationMs) => {
  expect(parseDuration(text)).toBe(durationMs);
});

test.each(['', 'often', '5x', '-3s', '1e3', '2 s', 's', '1..5s', 'Infinity'])(
  '"%s" is no duration, and the sentence names it',
  (text) => {
    expect(() => parseDuration(text)).toThrow(InvalidValue);
    expect(() => parseDuration(text)).toThrow(`"${text}"`);
  },
);

test('a duration below the least or above a day is out of range', () => {
  expect(() => parseDuration('50ms', 100)).toThrow('from 100ms to 24h');
  expect(() => parseDuration('25h')).toThrow('out of range');
  expect(() => parseDuration('0')).toThrow('out of range');
  expect(parseDuration('0', 0)).toBe(0);
});

test('what is formatted reads as the same duration', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 86_400_000 }), (durationMs) => {
      expect(parseDuration(formatDuration(durationMs))).toBe(durationMs);
    }),
  );
});
