import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRoundRobinBalancer } from '../../../src/pool/balancers/round-robin.ts';
import { candidate, countDraws } from '../fixtures.ts';

test('takes equal endpoints in turn', () => {
  const balancer = createRoundRobinBalancer();
  const candidates = [candidate('a'), candidate('b'), candidate('c')];
  const turns = Array.from({ length: 7 }, () => balancer.choose(candidates, undefined)?.endpoint.id);
  expect(turns).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a']);
});

test('spreads a heavy endpoint over the round instead of taking it many times in a row', () => {
  const balancer = createRoundRobinBalancer();
  const candidates = [candidate('a', { share: 5 }), candidate('b', { share: 1 }), candidate('c', { share: 1 })];
  const turns = Array.from({ length: 7 }, () => balancer.choose(candidates, undefined)?.endpoint.id);
  expect(turns.join('')).toBe('aabacaa');
});

test('each round gives every endpoint exactly its weight', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 }), (shares) => {
      const balancer = createRoundRobinBalancer();
      const candidates = shares.map((share, index) => candidate(`e${index}`, { share }));
      const round = shares.reduce((sum, share) => sum + share, 0);
      const counts = countDraws(round, () => balancer.choose(candidates, undefined)?.endpoint.id);
      expect(counts).toEqual(Object.fromEntries(shares.map((share, index) => [`e${index}`, share])));
    }),
  );
});

test('an endpoint that returns does not get the turns it missed', () => {
  const balancer = createRoundRobinBalancer();
  const all = [candidate('a'), candidate('b'), candidate('c')];
  for (let turn = 0; turn < 300; turn++) balancer.choose(all.slice(0, 2), undefined);
  const turns = Array.from({ length: 6 }, () => balancer.choose(all, undefined)?.endpoint.id);
  expect(turns.filter((id) => id === 'c')).toHaveLength(2);
});

test('10,000 endpoints that come and go leave the turn taking as it was', () => {
  const balancer = createRoundRobinBalancer();
  const stable = candidate('stable');
  for (let index = 0; index < 10_000; index++) balancer.choose([stable, candidate(`passing ${index}`)], undefined);
  const turns = Array.from({ length: 4 }, () => balancer.choose([stable, candidate('other')], undefined)?.endpoint.id);
  expect(turns.filter((id) => id === 'stable')).toHaveLength(2);
});
