import { seededRandom } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { createP2cBalancer } from '../../../src/pool/balancers/p2c.ts';
import { candidate, countDraws } from '../fixtures.ts';

test('of two, the one with clearly fewer connections is always chosen', () => {
  const balancer = createP2cBalancer(seededRandom(1));
  const counts = countDraws(
    200,
    () => balancer.choose([candidate('busy', { active: 5 }), candidate('idle', { active: 3 })], undefined)?.endpoint.id,
  );
  expect(counts).toEqual({ idle: 200 });
});

test('one connection that lasts keeps no other away: of nearly equal ones it is each one’s turn', () => {
  const balancer = createP2cBalancer(seededRandom(1));
  const candidates = [candidate('a', { active: 1 }), candidate('b'), candidate('c')];
  const counts = countDraws(300, () => balancer.choose(candidates, undefined)?.endpoint.id);
  for (const count of Object.values(counts)) expect(Math.abs(count - 100)).toBeLessThanOrEqual(3);
});

test('two connections that come at once go to two endpoints', () => {
  for (let seed = 0; seed < 100; seed++) {
    const balancer = createP2cBalancer(seededRandom(seed));
    const candidates = [candidate('a'), candidate('b')];
    const chosen = [0, 1].map(() => balancer.choose(candidates, undefined)?.endpoint.id);
    expect(new Set(chosen).size).toBe(2);
  }
});

test('who is new is not flooded to make up for what it did not have', () => {
  const balancer = createP2cBalancer(seededRandom(1));
  const old = [candidate('a'), candidate('b')];
  for (let pick = 0; pick < 1_000; pick++) balancer.choose(old, undefined);
  const counts = countDraws(30, () => balancer.choose([...old, candidate('new')], undefined)?.endpoint.id);
  expect(counts.new).toBeLessThanOrEqual(13);
});

test('nor are the others, where it had a small share and has a large one now', () => {
  const balancer = createP2cBalancer(seededRandom(1));
  for (let pick = 0; pick < 100; pick++) {
    balancer.choose([candidate('a', { share: 1 }), candidate('b', { share: 0.001 })], undefined);
  }
  const counts = countDraws(100, () => balancer.choose([candidate('a'), candidate('b')], undefined)?.endpoint.id);
  expect(Math.abs((counts.b ?? 0) - 50)).toBeLessThan(8);
});

test('the busiest of several is never chosen while others are less busy', () => {
  const balancer = createP2cBalancer(seededRandom(2));
  const candidates = [
    candidate('a', { active: 1 }),
    candidate('b', { active: 2 }),
    candidate('busiest', { active: 9 }),
  ];
  const counts = countDraws(500, () => balancer.choose(candidates, undefined)?.endpoint.id);
  expect(Object.keys(counts).sort()).toEqual(['a', 'b']);
});

test('load is measured by share: twice the weight may carry twice as much', () => {
  const balancer = createP2cBalancer(seededRandom(3));
  const candidates = [candidate('small', { active: 8, share: 1 }), candidate('large', { active: 10, share: 2 })];
  const counts = countDraws(900, () => balancer.choose(candidates, undefined)?.endpoint.id);
  // The small one only where both draws are its: one ninth.
  expect(counts.large).toBeGreaterThan(760);
});

test.each([1, 4, 8, 64])('weights 10, 30 and 60 are kept with %d connections at a time', (concurrency) => {
  const random = seededRandom(5);
  const balancer = createP2cBalancer(random);
  const weights = [10, 30, 60];
  const active = [0, 0, 0];
  const carried = [0, 0, 0];
  const running: number[] = [];
  for (let connection = 0; connection < 20_000; connection++) {
    if (running.length === concurrency) {
      const [ended = 0] = running.splice(Math.floor(random() * concurrency), 1);
      active[ended] = (active[ended] ?? 0) - 1;
    }
    const candidates = weights.map((share, index) => candidate(`${index}`, { share, active: active[index] ?? 0 }));
    const chosen = Number(balancer.choose(candidates, undefined)?.endpoint.id);
    active[chosen] = (active[chosen] ?? 0) + 1;
    carried[chosen] = (carried[chosen] ?? 0) + 1;
    running.push(chosen);
  }
  for (const [index, weight] of weights.entries()) {
    expect(Math.abs((carried[index] ?? 0) / 20_000 - weight / 100)).toBeLessThan(0.03);
  }
});

test('10,000 long connections over 5 endpoints end nearly level', () => {
  const balancer = createP2cBalancer(seededRandom(4));
  const active = [0, 0, 0, 0, 0];
  for (let connection = 0; connection < 10_000; connection++) {
    const chosen = balancer.choose(
      active.map((count, index) => candidate(String(index), { active: count })),
      undefined,
    );
    const index = Number(chosen?.endpoint.id);
    active[index] = (active[index] ?? 0) + 1;
  }
  expect(Math.max(...active) - Math.min(...active)).toBeLessThan(10);
});
