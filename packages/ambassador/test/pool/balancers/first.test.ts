import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBalancer } from '../../../src/pool/balancer.ts';
import { candidate } from '../fixtures.ts';

const balancer = createBalancer('first', () => 0);

test('always chooses the same, whatever its load', () => {
  const candidates = [candidate('a', { active: 1000 }), candidate('b')];
  for (let pick = 0; pick < 5; pick++) expect(balancer.choose(candidates, undefined)?.endpoint.id).toBe('a');
});

test('prefers the greatest weight', () => {
  const candidates = [candidate('a', { weight: 1 }), candidate('b', { weight: 5 }), candidate('c')];
  expect(balancer.choose(candidates, undefined)?.endpoint.id).toBe('b');
});

test('endpoints without an instance name are taken as the user wrote them', () => {
  const unnamed = (id: string) => {
    const { endpoint, ...rest } = candidate(id);
    const { instance: _, ...nameless } = endpoint;
    return { ...rest, endpoint: nameless };
  };
  expect(balancer.choose([unnamed('z'), unnamed('a')], undefined)?.endpoint.id).toBe('z');
});

test('every ambassador chooses the same instance, in whatever order it heard of them', () => {
  const all = ['redis on h1', 'redis on h2', 'redis on h3', 'redis on h4'].map((id) => candidate(id));
  fc.assert(
    fc.property(fc.shuffledSubarray(all, { minLength: 4 }), (heard) => {
      expect(balancer.choose(heard, undefined)?.endpoint.id).toBe('redis on h1');
    }),
  );
});
