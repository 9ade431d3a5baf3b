import fc from 'fast-check';
import { expect, test } from 'vitest';
import { INITIAL_HEALTH, observeOutcome, type ServiceHealth } from '../src/health.ts';

function observeAll(outcomes: readonly boolean[], rise: number, fall: number): ServiceHealth {
  return outcomes.reduce<ServiceHealth>(
    (health, passed) => observeOutcome(health, passed, { rise, fall }),
    INITIAL_HEALTH,
  );
}

test('A service is down until its check has passed `rise` times in a row', () => {
  expect(observeAll([true, true], 3, 1).isUp).toBe(false);
  expect(observeAll([true, true, false, true, true], 3, 1).isUp).toBe(false);
  expect(observeAll([true, true, true], 3, 1).isUp).toBe(true);
});

test('A service is up until its check has failed `fall` times in a row', () => {
  expect(observeAll([true, false], 1, 2).isUp).toBe(true);
  expect(observeAll([true, false, true, false], 1, 2).isUp).toBe(true);
  expect(observeAll([true, false, false], 1, 2).isUp).toBe(false);
});

test('With rise 1 and fall 1 the health is the last outcome', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1 }), (outcomes) => {
      expect(observeAll(outcomes, 1, 1).isUp).toBe(outcomes.at(-1));
    }),
  );
});

test('A change needs at least `rise` or `fall` outcomes of the same kind just before it', () => {
  const threshold = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 50 }), threshold, threshold, (outcomes, rise, fall) => {
      let health = INITIAL_HEALTH;
      outcomes.forEach((passed, at) => {
        const next = observeOutcome(health, passed, { rise, fall });
        if (next.isUp !== health.isUp) {
          const needed = next.isUp ? rise : fall;
          expect(outcomes.slice(0, at + 1).slice(-needed)).toEqual(Array(needed).fill(next.isUp));
        }
        health = next;
      });
    }),
  );
});
