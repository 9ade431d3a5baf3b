import { seededRandom } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { drawFault, formatFault, formatFaults } from '../../src/engines/faults.ts';

test('of a thousand connections the share that was asked for is reset, the same ones from the same seed', () => {
  const draw = (): readonly boolean[] => {
    const random = seededRandom(7);
    return Array.from({ length: 1_000 }, () => drawFault({ delayMs: 200, resetShare: 0.05 }, random).isReset);
  };
  const resets = draw().filter(Boolean).length;
  expect(resets).toBeGreaterThan(30);
  expect(resets).toBeLessThan(70);
  expect(draw()).toEqual(draw());
  expect(drawFault({ delayMs: 0, resetShare: 1 }, () => 0.999).isReset).toBe(true);
  expect(drawFault({ delayMs: 200, resetShare: 0 }, () => 0)).toEqual({ delayMs: 200, isReset: false });
});

test('they are said as they are written', () => {
  expect(formatFaults({ delayMs: 200, resetShare: 0.05 })).toBe('delay=200ms,reset=5%');
  expect(formatFaults({ delayMs: 0, resetShare: 0.005 })).toBe('reset=0.5%');
  expect(formatFault({ delayMs: 200, isReset: true })).toBe('delay=200ms,reset');
  expect(formatFault({ delayMs: 0, isReset: false })).toBe('');
});
