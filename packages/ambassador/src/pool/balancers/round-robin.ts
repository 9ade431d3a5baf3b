import type { Balancer, Candidate } from '../candidate.ts';

/** Credits of endpoints that left are forgotten when there are this many more than candidates. */
const MAX_STRAY_CREDITS = 64;

/**
 * In turn, and smoothly by share: each round every candidate earns its share, the richest is picked and pays the sum.
 * 5:1:1 gives a a b a c a a, never five in a row at once.
 */
export function createRoundRobinBalancer(): Balancer {
  let credits = new Map<string, number>();
  return {
    choose(candidates) {
      if (credits.size > candidates.length + MAX_STRAY_CREDITS) credits = keepCreditsOf(candidates, credits);
      let richest: Candidate | undefined;
      let most = Number.NEGATIVE_INFINITY;
      let sum = 0;
      for (const candidate of candidates) {
        const credit = (credits.get(candidate.endpoint.id) ?? 0) + candidate.share;
        credits.set(candidate.endpoint.id, credit);
        sum += candidate.share;
        if (credit > most) {
          most = credit;
          richest = candidate;
        }
      }
      if (richest !== undefined) credits.set(richest.endpoint.id, most - sum);
      return richest;
    },
  };
}

function keepCreditsOf(candidates: readonly Candidate[], credits: ReadonlyMap<string, number>): Map<string, number> {
  return new Map(candidates.map(({ endpoint }) => [endpoint.id, credits.get(endpoint.id) ?? 0]));
}
