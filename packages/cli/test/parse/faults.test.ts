import { expect, test } from 'vitest';
import { parseFaults } from '../../src/parse/faults.ts';

test('faults as they are written', () => {
  expect(parseFaults('delay=200ms,reset=5%')).toEqual({ delayMs: 200, resetShare: 0.05 });
  expect(parseFaults('reset=0.5%')).toEqual({ delayMs: 0, resetShare: 0.005 });
  expect(parseFaults('delay=2s')).toEqual({ delayMs: 2_000, resetShare: 0 });
});

test.each(['', 'delay', 'delay=', 'delay=1s,delay=2s', 'loss=5%', 'reset=5%,', 'delay=1=2'])('%j is none', (text) => {
  expect(() => parseFaults(text)).toThrow(`"${text}" is no fault; write delay=200ms, reset=5%, or both`);
});

test.each(['0%', '101%', '5', 'x%', '-5%'])('%s is no share', (share) => {
  expect(() => parseFaults(`reset=${share}`)).toThrow(`"${share}" is no share of connections`);
});
