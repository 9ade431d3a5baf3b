import { createFirstBalancer } from './balancers/first.ts';
import { createLeastConnectionsBalancer } from './balancers/least-connections.ts';
import { createP2cBalancer } from './balancers/p2c.ts';
import { createRandomBalancer } from './balancers/random.ts';
import { createRoundRobinBalancer } from './balancers/round-robin.ts';
import { createSourceHashBalancer } from './balancers/source-hash.ts';
import type { Balancer } from './candidate.ts';
import type { Random } from './random.ts';

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
      return createRandomBalancer(random);
    case 'source-hash':
      return createSourceHashBalancer(random);
    case 'first':
      return createFirstBalancer();
    default:
      return name satisfies never;
  }
}
