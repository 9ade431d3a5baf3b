import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isTooSlow, recordLatency, type Speed, UNMEASURED } from '../../src/pool/speed.ts';

const nobody = (): readonly Speed[] => [];
/** One dial each 500 ms. */
const measure = (latencies: readonly number[], peers: () => readonly Speed[] = nobody): Speed =>
  latencies.reduce<Speed>((speed, latencyMs, index) => recordLatency(speed, latencyMs, index * 500, peers), UNMEASURED);
const isTooSlowAfter = (latencies: readonly number[], others?: () => readonly Speed[]): boolean =>
  isTooSlow(measure(latencies, others), (latencies.length - 1) * 500);
const quick = measure([1, 2, 1, 1, 1]);
const peers = (): readonly Speed[] => [quick, quick];

test('three dials in a row, over a second, that take 100 ms and five times as long as the peers’ are too slow', () => {
  expect(isTooSlowAfter([150, 150], peers)).toBe(false);
  expect(isTooSlowAfter([150, 150, 150], peers)).toBe(true);
});

test('many slow dials at once are one pause', () => {
  const paused = Array.from({ length: 50 }).reduce<Speed>(
    (speed, _, index) => recordLatency(speed, 150, 60_000 + index, peers),
    UNMEASURED,
  );
  expect(isTooSlow(paused, 60_050)).toBe(false);
  expect(isTooSlow(recordLatency(paused, 150, 61_000, peers), 61_000)).toBe(true);
});

test('one quick dial among them starts the count again', () => {
  expect(isTooSlowAfter([150, 150, 2, 150, 150], peers)).toBe(false);
});

test('below 100 ms nobody is slow', () => {
  expect(isTooSlowAfter([99, 99, 99, 99, 99], peers)).toBe(false);
});

test('where all are slow nobody is', () => {
  const far = measure([120, 130, 120, 120, 125]);
  expect(isTooSlowAfter([300, 300, 300], () => [far, far])).toBe(false);
});

test('without a peer that was dialled five times there is no measure', () => {
  expect(isTooSlowAfter([900, 900, 900], () => [measure([1, 1, 1, 1])])).toBe(false);
  expect(isTooSlowAfter([900, 900, 900])).toBe(false);
});

test('the smoothed time stays between the quickest and the slowest dial', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 10_000, noNaN: true }), { minLength: 1 }), (latencies) => {
      const { smoothedMs, dials } = measure(latencies);
      expect(smoothedMs).toBeGreaterThanOrEqual(Math.min(...latencies) - 1e-6);
      expect(smoothedMs).toBeLessThanOrEqual(Math.max(...latencies) + 1e-6);
      expect(dials).toBe(latencies.length);
    }),
  );
});
