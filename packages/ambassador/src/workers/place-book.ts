/**
 * The connections that the workers of one service may have together. Each asks for what it needs, and gives back what it has not; up to a
 * hundredth of the limit is kept by them unused, and none of it where the limit is small.
 */
export class PlaceBook {
  readonly #limit: number;
  /** What each worker has, used or not. */
  readonly #held = new Map<number, number>();

  /** `limit`: of all workers together. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get free(): number {
    return this.#limit - [...this.#held.values()].reduce((sum, held) => sum + held, 0);
  }

  /** A worker gives back `given` places and wants `wanted` more: returns how many of these it has now. */
  settle(worker: number, wanted: number, given: number): number {
    const held = Math.max(0, (this.#held.get(worker) ?? 0) - given);
    this.#held.set(worker, held);
    const granted = Math.min(wanted, Math.max(0, this.free));
    this.#held.set(worker, held + granted);
    return granted;
  }

  /** It has ended: what it had is free. */
  forget(worker: number): void {
    this.#held.delete(worker);
  }
}

/** How many places each of so many workers may keep unused. */
export function reserveOf(limit: number, workers: number): number {
  return Math.floor(limit / (100 * workers));
}
