import { seededRandom } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { createSourceHashBalancer } from '../../../src/pool/balancers/source-hash.ts';
import { candidate, countDraws } from '../fixtures.ts';

const CLIENTS = Array.from({ length: 4_000 }, (_, index) => `10.${index >> 8}.${index & 255}.7`);
const FIVE = ['a', 'b', 'c', 'd', 'e'].map((id) => candidate(id));
const balancer = createSourceHashBalancer(seededRandom(1));
const homeOf = (client: string, candidates = FIVE): string | undefined =>
  balancer.choose(candidates, client)?.endpoint.id;

describe('source-hash', () => {
  test('a client keeps its endpoint, whatever the order of the candidates and their load', () => {
    const shuffled = [...FIVE].reverse().map((one, index) => ({ ...one, active: index * 100 }));
    for (const client of CLIENTS.slice(0, 100)) expect(homeOf(client, shuffled)).toBe(homeOf(client));
  });

  test('clients spread evenly', () => {
    let next = 0;
    const counts = countDraws(CLIENTS.length, () => homeOf(CLIENTS[next++] ?? ''));
    for (const { endpoint } of FIVE) expect(Math.abs((counts[endpoint.id] ?? 0) - 800)).toBeLessThan(120);
  });

  test('an endpoint that leaves moves only its own clients', () => {
    const four = FIVE.filter(({ endpoint }) => endpoint.id !== 'c');
    for (const client of CLIENTS) {
      const home = homeOf(client);
      if (home !== 'c') expect(homeOf(client, four)).toBe(home);
    }
  });

  test('clients spread by share', () => {
    const candidates = [candidate('a', { share: 1 }), candidate('b', { share: 3 })];
    let next = 0;
    const counts = countDraws(CLIENTS.length, () => homeOf(CLIENTS[next++] ?? '', candidates));
    expect(counts.a).toBeGreaterThan(850);
    expect(counts.a).toBeLessThan(1_150);
  });

  test('without a client address it draws at random', () => {
    const counts = countDraws(500, () => balancer.choose(FIVE, undefined)?.endpoint.id);
    expect(Object.keys(counts)).toHaveLength(5);
  });
});
