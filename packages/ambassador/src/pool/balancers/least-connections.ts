import type { Balancer, Candidate } from '../candidate.ts';
import type { Random } from '../random.ts';
import { drawByShare } from '../weight.ts';

/** The candidate that would carry the fewest connections for its share with one more; ties are drawn by share. */
export function createLeastConnectionsBalancer(random: Random): Balancer {
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
