import type { Candidate } from '../candidate.ts';

/** So many turns may be made up for by who was passed over, and by the others after who had too many. */
const MOST_OWED = 2;
/** Rotation of endpoints that left are forgotten when there are this many more than candidates. */
const MAX_STRAY_TURNS = 64;

/** Who had how much of what is his: each pick counts the more the smaller the share (stride scheduling, Waldspurger 1995). */
export class Rotation {
  /** By endpoint: picks of all after which it would have had as many as it had, by its share. */
  #taken = new Map<string, number>();
  #picks = 0;

  /** Whose turn it is of two; of equal ones the first. All are `candidates`. */
  next(first: Candidate, second: Candidate, candidates: readonly Candidate[]): Candidate {
    return this.#of(second, candidates) < this.#of(first, candidates) ? second : first;
  }

  /** `chosen`, of these, was picked. */
  take(chosen: Candidate, candidates: readonly Candidate[]): void {
    const taken = this.#of(chosen, candidates) + strideOf(chosen, candidates);
    if (this.#taken.size > candidates.length + MAX_STRAY_TURNS) {
      this.#taken = new Map(candidates.map((candidate) => [candidate.endpoint.id, this.#of(candidate, candidates)]));
    }
    this.#taken.set(chosen.endpoint.id, taken);
    this.#picks += 1;
  }

  /** Who is new owes nothing, and is owed nothing. */
  #of(candidate: Candidate, candidates: readonly Candidate[]): number {
    const taken = this.#taken.get(candidate.endpoint.id) ?? this.#picks;
    const owed = MOST_OWED * strideOf(candidate, candidates);
    return Math.min(this.#picks + owed, Math.max(this.#picks - owed, taken));
  }
}

function strideOf({ share }: Candidate, candidates: readonly Candidate[]): number {
  return candidates.reduce((sum, candidate) => sum + candidate.share, 0) / share;
}
