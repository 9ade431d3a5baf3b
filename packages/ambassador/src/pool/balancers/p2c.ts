import type { Random } from '@mdns-ambassador/mdns';
import type { Balancer, Candidate } from '../candidate.ts';
import { paceShare, usualMs } from '../pace.ts';
import { drawByShare } from '../weight.ts';
import { Rotation } from './rotation.ts';

/** A connection more than its part is chance: one that lasts, or two that met. */
const CHANCE = 1;

/**
 * The power of two choices: of two candidates drawn by share, the one that carries clearly fewer connections for its share, else
 * the one whose turn it is, so that equal ones get equal parts whatever they happen to carry. Whose connections typically last
 * longer than the others' has a smaller share. Where shares differ, the second draw may be the first again: otherwise small shares
 * get more than theirs under load.
 */
export function createP2cBalancer(random: Random): Balancer {
  const turns = new Rotation();
  return {
    choose(all) {
      const candidates = paceAll(all);
      const first = drawByShare(candidates, random);
      if (first === undefined) return undefined;
      const isEven = candidates.every(({ share }) => share === first.share);
      const second = drawByShare(isEven ? candidates.filter((candidate) => candidate !== first) : candidates, random);
      const chosen = second === undefined ? first : chooseOf(first, second, candidates, turns);
      turns.take(chosen, candidates);
      return all[candidates.indexOf(chosen)];
    },
  };
}

function paceAll(candidates: readonly Candidate[]): readonly Candidate[] {
  const usual = usualMs(candidates.map(({ pace }) => pace));
  if (candidates.every(({ pace }) => paceShare(pace, usual) === 1)) return candidates;
  return candidates.map((candidate) => ({ ...candidate, share: candidate.share * paceShare(candidate.pace, usual) }));
}

function chooseOf(first: Candidate, second: Candidate, candidates: readonly Candidate[], turns: Rotation): Candidate {
  if (hasClearlyMore(first, second)) return second;
  if (hasClearlyMore(second, first)) return first;
  return turns.next(first, second, candidates);
}

/** Whether `one` carries more than `other` would in its place, and still would if `other` had one more. */
function hasClearlyMore(one: Candidate, other: Candidate): boolean {
  const part = one.share / other.share;
  return one.active > other.active * part + CHANCE && one.active > (other.active + 1) * part;
}
