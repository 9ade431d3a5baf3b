import { expect, test } from 'vitest';
import { createBalancer } from '../../../src/pool/balancer.ts';
import { candidate } from '../fixtures.ts';

test('each number draws the candidate in whose share it falls', () => {
  const numbers = [0, 0.24, 0.26, 0.99];
  const balancer = createBalancer('random', () => numbers.shift() ?? 0);
  const candidates = [candidate('a', { share: 1 }), candidate('b', { share: 3 })];
  const drawn = Array.from({ length: 4 }, () => balancer.choose(candidates, undefined)?.endpoint.id);
  expect(drawn).toEqual(['a', 'a', 'b', 'b']);
});

test('load does not matter', () => {
  const balancer = createBalancer('random', () => 0);
  expect(balancer.choose([candidate('a', { active: 1000 }), candidate('b')], undefined)?.endpoint.id).toBe('a');
});
