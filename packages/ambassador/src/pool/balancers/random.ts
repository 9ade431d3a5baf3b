import type { Balancer } from '../candidate.ts';
import type { Random } from '../random.ts';
import { drawByShare } from '../weight.ts';

/** Each pick is drawn anew, in proportion to the shares. */
export function createRandomBalancer(random: Random): Balancer {
  return { choose: (candidates) => drawByShare(candidates, random) };
}
