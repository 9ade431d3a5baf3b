import { seededRandom } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { createP2cBalancer } from '../../../src/pool/balancers/p2c.ts';
import { candidate, countDraws } from '../fixtures.ts';

test('of two, the one with fewer connections is always chosen', () => {
  const balancer = createP2cBalancer(seededRandom(1));
  const counts = countDraws(
    200,
    () => balancer.choose([candidate('busy', { active: 5 }), candidate('idle', { active: 4 })], undefined)?.endpoint.id,
  );
  expect(counts).toEqual({ idle: 200 });
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
  const candidates = [candidate('small', { active: 6, share: 1 }), candidate('large', { active: 10, share: 2 })];
  const counts = countDraws(200, () => balancer.choose(candidates, undefined)?.endpoint.id);
  expect(counts).toEqual({ large: 200 });
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
