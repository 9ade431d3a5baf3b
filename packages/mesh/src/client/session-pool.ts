import { type Clock, type Leg, Recent } from '@mdns-ambassador/relay';
import type { Company } from '../company.ts';
import { createHandshakeError } from '../handshake/handshake-error.ts';
import type { MachineIdentity } from '../membership/machine-identity.ts';
import type { Violation } from '../streams/frame.ts';
import { HeldBudget } from '../streams/held-budget.ts';
import { Session, type SessionOptions } from '../streams/session.ts';
import { chooseSession, wantsAnother } from './choose-session.ts';
import { makeByTries } from './make-by-tries.ts';

/** An announcer keeps one without streams for a minute. */
const KEEP_MS = 45_000;
/** A handshake has memberships renewed, and tells who is there now. */
const LONGEST_LIFE_MS = 3_600_000;
/** Places of which the protocol is known; the oldest is forgotten first. */
const MAX_PLACES = 256;

export interface SessionPoolOptions {
  readonly clock: Clock;
  readonly company: Company;
  /** The other end broke the protocol; `error` says how. */
  readonly onViolation: (place: string, error: Error) => void;
}

/** A connection whose peer has proved who it is, and speaks of streams. */
export interface Proven {
  readonly leg: Leg;
  readonly identity: MachineIdentity;
}

interface SessionOpening {
  readonly made: Promise<void>;
  readonly abort: AbortController;
  waiting: number;
}

/** The connections that carry streams, by the place that they lead to. */
export class SessionPool {
  readonly #options: SessionPoolOptions;
  readonly #sessions = new Map<string, PooledSession[]>();
  readonly #openings = new Map<string, SessionOpening>();
  #generation = 0;
  /** Whether streams were spoken of there last. */
  readonly #speaks = new Recent<string, boolean>(MAX_PLACES);
  /** Where somebody ever answered, with whatever papers. */
  readonly #answered = new Recent<string, true>(MAX_PLACES);
  /** Of all connections of this service's proxy. */
  readonly #held = { bytes: 0 };

  constructor(options: SessionPoolOptions) {
    this.#options = options;
  }

  /** Whether whoever was there last knew of no streams. */
  isWithout(place: string): boolean {
    return this.#speaks.get(place) === false;
  }

  noteWithout(place: string): void {
    this.#speaks.set(place, false);
    this.#answered.set(place, true);
  }

  /** Changes where papers that a connection is begun with count no more. */
  get generation(): number {
    return this.#generation;
  }

  /** Where a new stream is to be opened; undefined where another connection is to be made first. */
  take(place: string): PooledSession | undefined {
    const { clock, company } = this.#options;
    const sessions = this.#sessions.get(place) ?? [];
    for (const session of sessions) {
      const { identity } = session;
      // What it has shown holds no longer, or is to be looked at anew.
      const isExpired = clock.wallClock() >= identity.expiresAt || clock.now() - session.madeAt >= LONGEST_LIFE_MS;
      if (isExpired || company.isRemoved(identity)) session.drain();
    }
    return chooseSession(sessions);
  }

  /** Whether another connection should be made there beside the clients' way. */
  wantsAnother(place: string): boolean {
    return wantsAnother(this.#sessions.get(place) ?? [], this.#openings.has(place) ? 1 : 0);
  }

  /** Whether a connection there has as many streams as it may, and nothing else speaks against it. */
  isFilled(place: string): boolean {
    return (this.#sessions.get(place) ?? []).some(
      ({ isFull, isOver, isDraining, isSilent }) => isFull && !isOver && !isDraining && !isSilent,
    );
  }

  /** A connection has been made, which was begun in this generation. Undefined where that is over: `leg` stays the caller's. */
  add(place: string, { leg, identity }: Proven, generation: number): PooledSession | undefined {
    if (generation !== this.#generation) return undefined;
    this.#speaks.set(place, true);
    this.#answered.set(place, true);
    const session = new PooledSession(leg, identity, {
      clock: this.#options.clock,
      budget: new HeldBudget(this.#held),
      onOver: (violation) => {
        const left = (this.#sessions.get(place) ?? []).filter((one) => one !== session);
        if (left.length > 0) this.#sessions.set(place, left);
        else this.#sessions.delete(place);
        if (violation === undefined) return;
        this.#options.onViolation(place, createHandshakeError('identity', `${place} ${violation}`));
      },
    });
    this.#sessions.set(place, [...(this.#sessions.get(place) ?? []), session]);
    return session;
  }

  /**
   * Has one connection made there at a time, for all who wait for it, by several tries where somebody answered before and nobody does; it is
   * given up when nobody waits any more. Resolves without one where it was retired meanwhile. Rejects as `make` does, or where `signal` aborts.
   */
  async make(place: string, make: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    const opening = this.#openings.get(place) ?? this.#begin(place, make);
    opening.waiting += 1;
    const leave = (): void => {
      opening.waiting -= 1;
      if (opening.waiting > 0) return;
      opening.abort.abort();
      this.#forget(place, opening);
    };
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    try {
      await opening.made;
    } catch (error) {
      const isRetired = opening.abort.signal.aborted && !signal.aborted;
      if (!isRetired) throw error;
    } finally {
      signal.removeEventListener('abort', leave);
    }
    signal.throwIfAborted();
  }

  /** What there is carries what it carries, and no more, and what is being made is given up: it has papers that count no more. */
  retire(): void {
    this.#generation += 1;
    for (const { abort } of this.#openings.values()) abort.abort();
    this.#openings.clear();
    for (const session of [...this.#sessions.values()].flat()) session.drain();
    this.#speaks.clear();
  }

  #begin(place: string, make: (signal: AbortSignal) => Promise<void>): SessionOpening {
    const abort = new AbortController();
    // Where nobody ever answered, one announcement costs one connection.
    const isKnown = this.#answered.has(place);
    const made = isKnown ? makeByTries(make, this.#options.clock, abort.signal) : make(abort.signal);
    const opening: SessionOpening = {
      made: made.finally(() => this.#forget(place, opening)),
      abort,
      waiting: 0,
    };
    // Who has given up hears no more of it.
    opening.made.catch(() => undefined);
    this.#openings.set(place, opening);
    return opening;
  }

  #forget(place: string, opening: SessionOpening): void {
    if (this.#openings.get(place) === opening) this.#openings.delete(place);
  }
}

/** A connection that the pool keeps, and whom it leads to. */
export class PooledSession extends Session {
  readonly identity: MachineIdentity;
  readonly madeAt: number;

  constructor(
    leg: Leg,
    identity: MachineIdentity,
    options: Pick<SessionOptions, 'clock' | 'budget'> & { readonly onOver: (violation: Violation | undefined) => void },
  ) {
    let cancelIdle = (): void => undefined;
    super({
      ...options,
      leg,
      onIdle: () => {
        cancelIdle();
        cancelIdle = options.clock.after(KEEP_MS, () => {
          if (this.size === 0) this.drain();
        });
      },
      onEnd: (end) => {
        cancelIdle();
        options.onOver(end.kind === 'violation' ? end.violation : undefined);
      },
    });
    this.identity = identity;
    this.madeAt = options.clock.now();
  }
}
