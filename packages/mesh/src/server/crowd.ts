import { Overload } from '@mdns-ambassador/relay';

/** Whose crowd it is, is told by who came within such a time. */
const WINDOW_MS = 1_000;

/** One who comes to a door. */
export interface Newcomer {
  /** It comes from an address that had a member. */
  readonly isMember: boolean;
  /** How many of its address or origin shake hands or wait. */
  readonly own: number;
  /** How long the first of these who wait has been waiting. */
  readonly ownWaitedMs: number;
  /** How long connections wait, of whomever, before they are accepted. */
  readonly queueWaitedMs: number;
}

/**
 * Who is turned away because more come than can be served in time: not whoever has nobody inside, and no member for a crowd of strangers.
 * Pure: times are milliseconds of one monotonic clock.
 */
export class Crowd {
  readonly #members = new Overload();
  readonly #strangers = new Overload();
  #since = Number.NEGATIVE_INFINITY;
  #memberCount = 0;
  #strangerCount = 0;

  /** To be asked once for each who comes. */
  refuses({ isMember, own, ownWaitedMs, queueWaitedMs }: Newcomer, now: number): boolean {
    this.#count(isMember, now);
    if (own === 0) return false;
    const isOwnCrowd = !isMember || this.#memberCount >= this.#strangerCount;
    const waitedMs = isOwnCrowd ? Math.max(ownWaitedMs, queueWaitedMs) : ownWaitedMs;
    return (isMember ? this.#members : this.#strangers).refuses(waitedMs, now);
  }

  #count(isMember: boolean, now: number): void {
    if (now - this.#since >= WINDOW_MS) {
      this.#since = now;
      this.#memberCount = 0;
      this.#strangerCount = 0;
    }
    if (isMember) this.#memberCount += 1;
    else this.#strangerCount += 1;
  }
}
