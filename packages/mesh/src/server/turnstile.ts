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

/** Of what may be open at once, so much is for handshakes under way, and as much for those that wait. */
const HANDSHAKE_SHARE = 1 / 4;

/** The limits where so many connections may be open at once: strangers never take them all. */
export function fitLimits(connections: number): TurnstileLimits {
  const share = Math.max(1, Math.floor(connections * HANDSHAKE_SHARE));
  const { atOnce, waiting } = TURNSTILE_LIMITS;
  return { ...TURNSTILE_LIMITS, atOnce: Math.min(atOnce, share), waiting: Math.min(waiting, share) };
}

/**
 * What a handshake counts that was left in its midst. It cost us as much as one that failed, but proxies leave too: they race, and the
 * losers go.
 */
const ABANDONED = 1 / 32;

/** Addresses whose failures are remembered; the one that failed longest ago is forgotten first. */
const MAX_ADDRESSES = 1_024;

export type Admission<Visitor> =
  /** `expelled`: who has to go for it, inside or waiting. */
  | { readonly kind: 'enter'; readonly expelled?: Visitor }
  /** Until somebody leaves. */
  | { readonly kind: 'wait'; readonly expelled?: Visitor }
  | { readonly kind: 'refuse'; readonly reason: string };

/** Visitors by their address, the earliest first. */
type Visitors<Visitor> = Map<string, Set<Visitor>>;

/**
 * Who may shake hands now, who waits, and who is turned away. When it is full, an address that has fewer inside takes the place of one that
 * has more: nobody keeps others out by coming often. Pure: times are milliseconds of one monotonic clock.
 */
export class Turnstile<Visitor> {
  readonly #limits: TurnstileLimits;
  readonly #inside: Visitors<Visitor> = new Map();
  readonly #waiting: Visitors<Visitor> = new Map();
  readonly #failures = new Map<string, { saved: number; at: number }>();

  constructor(limits: TurnstileLimits = TURNSTILE_LIMITS) {
    this.#limits = limits;
  }

  /** Of those inside, of those who wait, and of addresses that failed. */
  get sizes(): { readonly inside: number; readonly waiting: number; readonly failed: number } {
    return { inside: countAll(this.#inside), waiting: countAll(this.#waiting), failed: this.#failures.size };
  }

  /** `visitor` is another one each time. Who is expelled has left. */
  arrive(address: string, visitor: Visitor, now: number): Admission<Visitor> {
    const { atOnce, atOncePerAddress, waiting } = this.#limits;
    if (this.#savedBy(address, now) < 1)
      return { kind: 'refuse', reason: 'too many handshakes from there have failed' };
    if (countOf(this.#inside, address) < atOncePerAddress) {
      const entry = squeeze(this.#inside, address, visitor, atOnce);
      if (entry !== undefined) return { kind: 'enter', ...entry };
    }
    const place = squeeze(this.#waiting, address, visitor, waiting);
    return place === undefined
      ? { kind: 'refuse', reason: 'too many handshakes are under way' }
      : { kind: 'wait', ...place };
  }

  /** One who was inside leaves. Returns who enters now in turn. */
  leave(address: string, visitor: Visitor): readonly Visitor[] {
    return remove(this.#inside, address, visitor) ? this.#admitWaiting() : [];
  }

  /** One who waits has gone. */
  giveUp(address: string, visitor: Visitor): void {
    remove(this.#waiting, address, visitor);
  }

  /** A handshake of this address failed for a reason of its own. */
  fail(address: string, now: number): void {
    this.#save(address, -1, now);
  }

  /** A handshake of this address was left before its end. */
  abandon(address: string, now: number): void {
    this.#save(address, -ABANDONED, now);
  }

  /** A member came from this address. */
  succeed(address: string, now: number): void {
    if (this.#failures.has(address)) this.#save(address, 1, now);
  }

  #save(address: string, change: number, now: number): void {
    const saved = Math.min(this.#limits.failures, Math.max(0, this.#savedBy(address, now) + change));
    this.#failures.delete(address);
    this.#failures.set(address, { saved, at: now });
    const oldest = this.#failures.keys().next();
    if (this.#failures.size > MAX_ADDRESSES && oldest.done !== true) this.#failures.delete(oldest.value);
  }

  /** The address that has the fewest inside comes first. */
  #admitWaiting(): readonly Visitor[] {
    const { atOnce, atOncePerAddress } = this.#limits;
    const admitted: Visitor[] = [];
    while (countAll(this.#inside) < atOnce) {
      let next: { readonly address: string; readonly inside: number } = { address: '', inside: atOncePerAddress };
      for (const address of this.#waiting.keys()) {
        const inside = countOf(this.#inside, address);
        if (inside < next.inside) next = { address, inside };
      }
      const { address } = next;
      const [visitor] = this.#waiting.get(address) ?? [];
      if (visitor === undefined) break;
      remove(this.#waiting, address, visitor);
      add(this.#inside, address, visitor);
      admitted.push(visitor);
    }
    return admitted;
  }

  #savedBy(address: string, now: number): number {
    const { failures, failuresPerSecond } = this.#limits;
    const known = this.#failures.get(address);
    if (known === undefined) return failures;
    return Math.min(failures, known.saved + ((now - known.at) / 1_000) * failuresPerSecond);
  }
}

/** Adds one where there is room, or where an address that has at least two more makes room. Undefined: not added. */
function squeeze<Visitor>(
  visitors: Visitors<Visitor>,
  address: string,
  visitor: Visitor,
  limit: number,
): { readonly expelled?: Visitor } | undefined {
  if (countAll(visitors) < limit) {
    add(visitors, address, visitor);
    return {};
  }
  let busiest = address;
  for (const other of visitors.keys()) if (countOf(visitors, other) > countOf(visitors, busiest)) busiest = other;
  const [expelled] = visitors.get(busiest) ?? [];
  if (expelled === undefined || countOf(visitors, busiest) < countOf(visitors, address) + 2) return undefined;
  remove(visitors, busiest, expelled);
  add(visitors, address, visitor);
  return { expelled };
}

function add<Visitor>(visitors: Visitors<Visitor>, address: string, visitor: Visitor): void {
  const ofAddress = visitors.get(address);
  if (ofAddress === undefined) visitors.set(address, new Set([visitor]));
  else ofAddress.add(visitor);
}

function remove<Visitor>(visitors: Visitors<Visitor>, address: string, visitor: Visitor): boolean {
  const ofAddress = visitors.get(address);
  if (ofAddress?.delete(visitor) !== true) return false;
  if (ofAddress.size === 0) visitors.delete(address);
  return true;
}

function countOf<Visitor>(visitors: Visitors<Visitor>, address: string): number {
  return visitors.get(address)?.size ?? 0;
}

function countAll<Visitor>(visitors: Visitors<Visitor>): number {
  let count = 0;
  for (const ofAddress of visitors.values()) count += ofAddress.size;
  return count;
}
