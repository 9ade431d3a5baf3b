import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RetryBudget } from '../../src/engines/retry-budget.ts';

/** Retries that are granted when as many are asked for as there may be. */
function spendAll(budget: RetryBudget, now: number, atMost = 100_000): number {
  let spent = 0;
  while (spent < atMost && budget.hasLeft(now)) {
    budget.spend();
    spent += 1;
  }
  return spent;
}

test('a few clients may retry as they like', () => {
  const budget = new RetryBudget(0);
  expect(spendAll(budget, 0)).toBe(50);
  expect(budget.hasLeft(0)).toBe(false);
  expect(spendAll(budget, 1_000)).toBe(50);
});

test('under 1,000 new connections a second a dead mesh sees 1.5 times the clients and 50 dials a second, no more', () => {
  const budget = new RetryBudget(0);
  spendAll(budget, 0);
  let retries = 0;
  for (let now = 1; now <= 10_000; now++) {
    budget.earn();
    retries += spendAll(budget, now);
  }
  expect(retries).toBeGreaterThan(5_000);
  expect(retries).toBeLessThanOrEqual(10_000 * 0.5 + 10 * 50);
});

test('savings of good times pay for an endpoint that vanishes under load, and have a bound', () => {
  const budget = new RetryBudget(0);
  for (let client = 0; client < 1_000_000; client++) budget.earn();
  expect(spendAll(budget, 0)).toBe(2_000);
});

test('whatever happens, no more is spent than was earned, given and free', () => {
  const steps = fc.array(fc.record({ ms: fc.nat(2_000), clients: fc.nat(500), wanted: fc.nat(2_000) }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, (script) => {
      const budget = new RetryBudget(0);
      let now = 0;
      let clients = 0;
      let spent = 0;
      for (const step of script) {
        now += step.ms;
        clients += step.clients;
        for (let client = 0; client < step.clients; client++) budget.earn();
        spent += spendAll(budget, now, step.wanted);
        expect(spent).toBeLessThanOrEqual(50 + 0.5 * clients + (50 * now) / 1_000);
      }
    }),
  );
});
