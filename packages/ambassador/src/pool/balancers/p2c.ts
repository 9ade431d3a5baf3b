import type { Balancer, Candidate } from '../candidate.ts';
import type { Random } from '../random.ts';
import { drawByShare } from '../weight.ts';

/**
 * The power of two choices: of two candidates drawn by share, the one that carries fewer connections for its share. A tie
 * goes to the first drawn, so idle endpoints are picked exactly in proportion to their shares. Where shares differ, the
 * second draw may be the first again: otherwise small shares get more than theirs under load.
 */
export function createP2cBalancer(random: Random): Balancer {
  return {
    choose(candidates) {
      const first = drawByShare(candidates, random);
      if (first === undefined) return undefined;
      const isEven = candidates.every(({ share }) => share === first.share);
      const second = drawByShare(isEven ? candidates.filter((candidate) => candidate !== first) : candidates, random);
      return second !== undefined && loadOf(second) < loadOf(first) ? second : first;
    },
  };
}

function loadOf(candidate: Candidate): number {
  return candidate.active / candidate.share;
}
