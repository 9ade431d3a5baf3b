import type { Random } from '@mdns-ambassador/mdns';
import { createP2cBalancer } from './balancers/p2c.ts';
import { createRoundRobinBalancer } from './balancers/round-robin.ts';
import { createSourceHashBalancer } from './balancers/source-hash.ts';
import type { Balancer, Candidate } from './candidate.ts';
import { drawByShare } from './weight.ts';

export type BalancerName = 'p2c' | 'round-robin' | 'least-connections' | 'random' | 'source-hash' | 'first';

export function createBalancer(name: BalancerName, random: Random): Balancer {
  switch (name) {
    case 'p2c':
      return createP2cBalancer(random);
    case 'round-robin':
      return createRoundRobinBalancer();
    case 'least-connections':
      return createLeastConnectionsBalancer(random);
    case 'random':
      return { choose: (candidates) => drawByShare(candidates, random) };
    case 'source-hash':
      return createSourceHashBalancer(random);
    case 'first':
      return createFirstBalancer();
    default:
      return name satisfies never;
  }
}

/**
 * Always the same one while it can be used: the greatest weight, then as the user wrote them, then by instance name, so
 * that every ambassador on the link chooses the same.
 */
function createFirstBalancer(): Balancer {
  return {
    choose: (candidates) =>
      candidates.reduce<Candidate | undefined>(
        (best, candidate) => (best === undefined || comesBefore(candidate, best) ? candidate : best),
        undefined,
      ),
  };
}

function comesBefore(a: Candidate, b: Candidate): boolean {
  if (a.endpoint.weight !== b.endpoint.weight) return a.endpoint.weight > b.endpoint.weight;
  return (a.endpoint.instance ?? '') < (b.endpoint.instance ?? '');
}

/** The candidate that would carry the fewest connections for its share with one more; ties are drawn by share. */
function createLeastConnectionsBalancer(random: Random): Balancer {
  return {
    choose(candidates) {
      const least = Math.min(...candidates.map(loadWithOneMore));
      return drawByShare(
        candidates.filter((candidate) => loadWithOneMore(candidate) === least),
        random,
      );
    },
  };
}

function loadWithOneMore(candidate: Candidate): number {
  return (candidate.active + 1) / candidate.share;
}
