import { seededRandom } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { createBalancer } from '../../../src/pool/balancer.ts';
import { candidate, countDraws } from '../fixtures.ts';

test('chooses the endpoint with the fewest connections', () => {
  const balancer = createBalancer('least-connections', seededRandom(1));
  const candidates = [candidate('a', { active: 3 }), candidate('b', { active: 1 }), candidate('c', { active: 2 })];
  expect(balancer.choose(candidates, undefined)?.endpoint.id).toBe('b');
});

test('breaks ties at random, not always for the same', () => {
  const balancer = createBalancer('least-connections', seededRandom(2));
  const counts = countDraws(200, () => balancer.choose([candidate('a'), candidate('b')], undefined)?.endpoint.id);
  expect(counts.a).toBeGreaterThan(60);
  expect(counts.b).toBeGreaterThan(60);
});

test('an idle endpoint of small weight waits until the large one carries its part', () => {
  const balancer = createBalancer('least-connections', seededRandom(3));
  const choose = (active: number): string | undefined =>
    balancer.choose([candidate('small', { share: 1 }), candidate('large', { share: 10, active })], undefined)?.endpoint
      .id;
  expect(choose(8)).toBe('large');
  expect(choose(10)).toBe('small');
});
