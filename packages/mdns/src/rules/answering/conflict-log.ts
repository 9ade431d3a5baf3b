/** RFC 6762 8.1: after fifteen conflicts within ten seconds, five seconds at least before each further attempt. */
const MANY_CONFLICTS = 15;
const CONFLICT_WINDOW_MS = 10_000;
const CONFLICT_PAUSE_MS = 5_000;

/** When names were lost on one interface, whichever names they were. Keeps the last fifteen times. */
export class ConflictLog {
  readonly #times: number[] = [];
  #total = 0;

  /** All that were noted. */
  get total(): number {
    return this.#total;
  }

  note(now: number): void {
    this.#total += 1;
    this.#times.push(now);
    if (this.#times.length > MANY_CONFLICTS) this.#times.shift();
  }

  /** How long the next attempt to claim a name has to wait. */
  pauseMs(now: number): number {
    const [oldest] = this.#times;
    const isStorm = this.#times.length === MANY_CONFLICTS && oldest !== undefined && now - oldest <= CONFLICT_WINDOW_MS;
    return isStorm ? CONFLICT_PAUSE_MS : 0;
  }
}
