/** Dials at once, and one more each time so long has passed: 88 in a minute at most. */
const AT_ONCE = 40;
const EVERY_MS = 1_250;
/** Who announced anything to be dialled within the last minute; of more, whoever was dialled for longest ago is forgotten. */
const MAX_ANNOUNCERS = 4_096;

interface Allowance {
  left: number;
  at: number;
}

/**
 * How many dials the announcements of one host may cost that lead to nobody: whoever is on the link can announce every port of every
 * other. A dial is paid for before, by the announcer's address, and costs nothing if it is answered. Pure: times are milliseconds of
 * one monotonic clock.
 */
export class DialBudget {
  /** In the order of use. */
  readonly #allowances = new Map<string, Allowance>();

  /** Whether the announcer has a dial left. */
  hasLeft(announcer: string, now: number): boolean {
    const known = this.#allowances.get(announcer);
    return known === undefined || leftOf(known, now) >= 1;
  }

  /** Takes a dial; false when none is left. */
  spend(announcer: string, now: number): boolean {
    const left = this.#leftOf(announcer, now);
    this.#set(announcer, left >= 1 ? left - 1 : left, now);
    return left >= 1;
  }

  /** A dial that was paid for was answered. */
  giveBack(announcer: string, now: number): void {
    this.#set(announcer, Math.min(AT_ONCE, this.#leftOf(announcer, now) + 1), now);
  }

  #leftOf(announcer: string, now: number): number {
    const known = this.#allowances.get(announcer);
    return known === undefined ? AT_ONCE : leftOf(known, now);
  }

  #set(announcer: string, left: number, at: number): void {
    this.#allowances.delete(announcer);
    this.#allowances.set(announcer, { left, at });
    const oldest = this.#allowances.keys().next();
    if (this.#allowances.size > MAX_ANNOUNCERS && oldest.done !== true) this.#allowances.delete(oldest.value);
  }
}

function leftOf({ left, at }: Allowance, now: number): number {
  return Math.min(AT_ONCE, left + Math.max(0, now - at) / EVERY_MS);
}
