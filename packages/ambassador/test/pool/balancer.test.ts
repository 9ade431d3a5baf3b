import { seededRandom } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BalancerName, createBalancer } from '../../src/pool/balancer.ts';
import { shareByWeight } from '../../src/pool/weight.ts';
import { candidate, countDraws } from './fixtures.ts';

const NAMES: readonly BalancerName[] = ['p2c', 'round-robin', 'least-connections', 'random', 'source-hash', 'first'];

const candidatesOfAnyKind = fc
  .uniqueArray(fc.record({ id: fc.string({ minLength: 1 }), weight: fc.nat(65_535), active: fc.nat(1000) }), {
    selector: ({ id }) => id,
    minLength: 1,
    maxLength: 20,
  })
  .map((members) => {
    const shares = shareByWeight(members.map(({ weight }) => weight));
    return members.map(({ id, weight, active }, index) => candidate(id, { weight, active, share: shares[index] ?? 1 }));
  });

describe.each(NAMES)('every balancer: %s', (name) => {
  test('chooses nobody where nobody is', () => {
    expect(createBalancer(name, seededRandom(1)).choose([], '127.0.0.1')).toBeUndefined();
  });

  test('chooses one of the candidates, whatever their shares and loads, and changes none', () => {
    fc.assert(
      fc.property(
        candidatesOfAnyKind,
        fc.integer(),
        fc.option(fc.ipV4(), { nil: undefined }),
        (candidates, seed, client) => {
          const balancer = createBalancer(name, seededRandom(seed));
          const before = structuredClone(candidates);
          for (let pick = 0; pick < 10; pick++) expect(candidates).toContain(balancer.choose(candidates, client));
          expect(candidates).toEqual(before);
        },
      ),
    );
  });

  test('follows a change of candidates at once', () => {
    const balancer = createBalancer(name, seededRandom(5));
    for (let pick = 0; pick < 20; pick++) balancer.choose([candidate('a'), candidate('b'), candidate('c')], '10.1.1.1');
    for (let pick = 0; pick < 20; pick++) {
      expect(balancer.choose([candidate('b')], '10.1.1.1')?.endpoint.id).toBe('b');
    }
  });
});

describe.each(['p2c', 'round-robin', 'least-connections', 'random'] as const)('SRV weight: %s', (name) => {
  test('idle endpoints are chosen in proportion to their shares', () => {
    const balancer = createBalancer(name, seededRandom(2));
    const active: Record<string, number> = { a: 0, b: 0, c: 0 };
    const shares = { a: 10, b: 30, c: 60 };
    const counts = countDraws(6_000, () => {
      // least-connections has nothing but load to go by: keep what was chosen open.
      const load = (id: string): number => (name === 'least-connections' ? (active[id] ?? 0) : 0);
      const candidates = Object.entries(shares).map(([id, share]) => candidate(id, { share, active: load(id) }));
      const id = balancer.choose(candidates, undefined)?.endpoint.id;
      if (id !== undefined) active[id] = (active[id] ?? 0) + 1;
      return id;
    });
    expect((counts.a ?? 0) / 6_000).toBeCloseTo(0.1, 1);
    expect((counts.b ?? 0) / 6_000).toBeCloseTo(0.3, 1);
    expect((counts.c ?? 0) / 6_000).toBeCloseTo(0.6, 1);
  });

  test('equal endpoints get equal parts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 6 }), fc.integer(), (size, seed) => {
        const balancer = createBalancer(name, seededRandom(seed));
        const candidates = Array.from({ length: size }, (_, index) => candidate(`e${index}`));
        const counts = countDraws(size * 400, () => balancer.choose(candidates, undefined)?.endpoint.id);
        for (const { endpoint } of candidates) expect(Math.abs((counts[endpoint.id] ?? 0) - 400)).toBeLessThan(110);
      }),
      { numRuns: 30 },
    );
  });
});
