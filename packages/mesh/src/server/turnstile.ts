/** Bounds of what strangers may have a door do. */
export interface TurnstileLimits {
  /** Handshakes at once, of all addresses and of one. */
  readonly atOnce: number;
  readonly atOncePerAddress: number;
  /** Connections that wait for their handshake. */
  readonly waiting: number;
  /** Failed handshakes that an address has saved up at most, and how fast it may fail in the long run. */
  readonly failures: number;
  readonly failuresPerSecond: number;
}

/** A handshake costs a millisecond of processor time. */
export const TURNSTILE_LIMITS: TurnstileLimits = {
  atOnce: 256,
  atOncePerAddress: 32,
  waiting: 1_024,
  failures: 20,
  failuresPerSecond: 2,
};

/** Addresses whose failures are remembered; the one that failed longest ago is forgotten first. */
const MAX_ADDRESSES = 1_024;

export type Admission =
  | { readonly kind: 'enter' }
  /** Until somebody leaves. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'refuse'; readonly reason: string };

interface Waiting<Visitor> {
  readonly address: string;
  readonly visitor: Visitor;
}

/** Who may shake hands now, who waits, and who is turned away. Pure: times are milliseconds of one monotonic clock. */
export class Turnstile<Visitor> {
  readonly #limits: TurnstileLimits;
  readonly #inside = new Map<string, number>();
  readonly #failures = new Map<string, { saved: number; at: number }>();
  #waiting: Waiting<Visitor>[] = [];
  #count = 0;

  constructor(limits: TurnstileLimits = TURNSTILE_LIMITS) {
    this.#limits = limits;
  }

  /** Of those inside, of those who wait, and of addresses that failed. */
  get sizes(): { readonly inside: number; readonly waiting: number; readonly failed: number } {
    return { inside: this.#count, waiting: this.#waiting.length, failed: this.#failures.size };
  }

  arrive(address: string, visitor: Visitor, now: number): Admission {
    if (!this.#mayFail(address, now)) return { kind: 'refuse', reason: 'too many handshakes from there have failed' };
    if (this.#hasRoom(address)) {
      this.#enter(address);
      return { kind: 'enter' };
    }
    if (this.#waiting.length >= this.#limits.waiting)
      return { kind: 'refuse', reason: 'too many handshakes are under way' };
    this.#waiting.push({ address, visitor });
    return { kind: 'wait' };
  }

  /** One who was inside leaves. Returns who enters now in turn. */
  leave(address: string): readonly Visitor[] {
    const left = (this.#inside.get(address) ?? 1) - 1;
    if (left > 0) this.#inside.set(address, left);
    else this.#inside.delete(address);
    this.#count -= 1;
    return this.#admitWaiting();
  }

  /** One who waits has gone. */
  giveUp(visitor: Visitor): void {
    this.#waiting = this.#waiting.filter((one) => one.visitor !== visitor);
  }

  /** A handshake of this address failed for a reason of its own. */
  fail(address: string, now: number): void {
    const saved = this.#savedBy(address, now);
    this.#failures.delete(address);
    this.#failures.set(address, { saved: Math.max(0, saved - 1), at: now });
    const oldest = this.#failures.keys().next();
    if (this.#failures.size > MAX_ADDRESSES && oldest.done !== true) this.#failures.delete(oldest.value);
  }

  #admitWaiting(): readonly Visitor[] {
    if (this.#waiting.length === 0) return [];
    const admitted: Visitor[] = [];
    const left: Waiting<Visitor>[] = [];
    for (const waiting of this.#waiting) {
      if (this.#hasRoom(waiting.address)) {
        this.#enter(waiting.address);
        admitted.push(waiting.visitor);
      } else left.push(waiting);
    }
    this.#waiting = left;
    return admitted;
  }

  #hasRoom(address: string): boolean {
    const { atOnce, atOncePerAddress } = this.#limits;
    return this.#count < atOnce && (this.#inside.get(address) ?? 0) < atOncePerAddress;
  }

  #enter(address: string): void {
    this.#inside.set(address, (this.#inside.get(address) ?? 0) + 1);
    this.#count += 1;
  }

  #mayFail(address: string, now: number): boolean {
    return this.#savedBy(address, now) >= 1;
  }

  #savedBy(address: string, now: number): number {
    const { failures, failuresPerSecond } = this.#limits;
    const known = this.#failures.get(address);
    if (known === undefined) return failures;
    return Math.min(failures, known.saved + ((now - known.at) / 1_000) * failuresPerSecond);
  }
}
