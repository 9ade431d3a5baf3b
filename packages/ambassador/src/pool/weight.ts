import type { Random } from '@mdns-ambassador/mdns';
import type { Candidate } from './candidate.ts';

/**
 * Each weight's part of the picks, by the algorithm of RFC 2782 in closed form: a number is drawn from 0 to the sum of the
 * weights, and 0 falls to the endpoints of weight 0. So beside others they share one part in sum + 1 ("a very small
 * chance of being selected"); alone they are equal.
 */
export function shareByWeight(weights: readonly number[]): readonly number[] {
  const zeros = weights.filter((weight) => weight === 0).length;
  if (zeros === weights.length) return weights.map(() => 1);
  return weights.map((weight) => (weight === 0 ? 1 / zeros : weight));
}

/** One candidate at random, in proportion to the shares; undefined only where there are none. */
export function drawByShare(candidates: readonly Candidate[], random: Random): Candidate | undefined {
  const total = candidates.reduce((sum, { share }) => sum + share, 0);
  let rest = random() * total;
  for (const candidate of candidates) {
    rest -= candidate.share;
    if (rest < 0) return candidate;
  }
  return candidates.at(-1);
}
