import type { Random } from '@mdns-ambassador/mdns';
import { type Clock, Recent } from '@mdns-ambassador/relay';
import type { Endpoint } from '../pool/endpoint.ts';

/** So many dials to an endpoint that has not sent a byte are suspicious, drawn anew from the first to thrice that; twice as many each time it was cleared. */
const FIRST_DOUBT = 6;
/** The same for one that has answered before. */
const LATER_DOUBT = 64;
const MAX_DOUBLINGS = 6;
/** Within so long. */
const WINDOW_MS = 5_000;
/** A dial that leads back arrives here within this time. */
const SLOT_MS = 80;
/** In half of them a probe is sent. */
const SLOTS = 8;
/** An endpoint that leads back is not dialled for so long, and is tested before the next dial. */
const SENTENCE_MS = 60_000;
const MAX_ENDPOINTS = 4_096;
const MAX_ADDRESSES = 64;

/** A connection that was dialled, as the watch must know it. */
export interface Watched {
  /** Whether a byte has come from its endpoint. */
  readonly hasHeard: boolean;
}

/** Other processes that accept at the same places: who is awaited by one may come to another. */
export interface LoopKin {
  /** Whether one of them wants to know who comes. */
  isTesting(): boolean;
  /** A client came here from there, while one of them wants to know. */
  came(address: string): void;
  /** This one wants to know who comes to the others, or does not any more. */
  test(isTesting: boolean): void;
  /** Called once, by who wants to hear of it. */
  join(loops: { arrived(address: string): void }): void;
}

export interface LoopWatchOptions {
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly random: Random;
  /** Dials an endpoint for the test; the returned function ends that. */
  readonly probe: (endpoint: Endpoint) => () => void;
  /** It leads back to this proxy: what it carries is to be ended. */
  readonly onLoop: (endpoint: Endpoint) => void;
  /** The first test began, or the last is over. */
  readonly onTesting?: ((isTesting: boolean) => void) | undefined;
}

interface HeldDial {
  readonly watched: Watched;
  readonly go: () => void;
  readonly refuse: () => void;
}

interface Record {
  doubtAt: number;
  cleared: number;
  since: number;
  dials: Watched[];
  /** Under way: who waits for its outcome. */
  test: HeldDial[] | undefined;
  /** It led back; Infinity: never yet. */
  convictedUntil: number;
}

/**
 * Finds out whether dialling an endpoint makes a client arrive here: then each connection makes another one, without end, over however many
 * machines, and whoever said that it leads somewhere. Many dials within seconds of which none was answered are held for a moment, and
 * the endpoint is probed at random times: it leads back if somebody came whenever a probe was sent, and never else.
 */
export class LoopWatch {
  readonly #options: LoopWatchOptions;
  readonly #records = new Recent<string, Record>(MAX_ENDPOINTS);
  readonly #tests = new Set<(address: string) => void>();

  constructor(options: LoopWatchOptions) {
    this.#options = options;
  }

  /** Whether it wants to know who comes. */
  get isTesting(): boolean {
    return this.#tests.size > 0;
  }

  /** A client came from there. */
  arrived(address: string): void {
    for (const note of this.#tests) note(address);
  }

  /** Calls `go` at once, or `go` or `refuse` later, never both; the returned function, if any, ends the waiting. */
  admit(endpoint: Endpoint, watched: Watched, go: () => void, refuse: () => void): (() => void) | undefined {
    const record = this.#recordOf(endpoint.id);
    const now = this.#options.clock.now();
    if (record.test === undefined && now >= record.convictedUntil - SENTENCE_MS && now < record.convictedUntil) {
      return this.#options.clock.after(0, refuse);
    }
    if (record.test === undefined && !this.#isDoubtful(record, now)) {
      record.dials.push(watched);
      go();
      return undefined;
    }
    const held: HeldDial = { watched, go, refuse };
    if (record.test === undefined) this.#test(endpoint, record);
    const waiting = record.test;
    waiting?.push(held);
    return () => void waiting?.splice(waiting.indexOf(held) >>> 0, 1);
  }

  #recordOf(id: string): Record {
    const known = this.#records.get(id);
    if (known !== undefined) return known;
    const record: Record = {
      doubtAt: this.#draw(FIRST_DOUBT),
      cleared: 0,
      since: this.#options.clock.now(),
      dials: [],
      test: undefined,
      convictedUntil: Number.POSITIVE_INFINITY,
    };
    this.#records.set(id, record);
    return record;
  }

  /** Not the same at any two proxies: tests at the same time would hide each other. */
  #draw(least: number): number {
    return Math.floor(least * (1 + 2 * this.#options.random()));
  }

  #isDoubtful(record: Record, now: number): boolean {
    // It led back once, and the time for which it was not dialled is over.
    if (now >= record.convictedUntil) return true;
    if (record.dials.length < record.doubtAt) return false;
    const hasAnswered = record.dials.some(({ hasHeard }) => hasHeard);
    if (hasAnswered) {
      record.cleared = 0;
      record.doubtAt = this.#draw(LATER_DOUBT);
    } else if (now - record.since <= WINDOW_MS) return true;
    record.dials = [];
    record.since = now;
    return false;
  }

  #test(endpoint: Endpoint, record: Record): void {
    const { clock } = this.#options;
    const slots = this.#drawSlots();
    const ends: (() => void)[] = [];
    /** The addresses that connected in each slot with a probe, and in no other; undefined before the first slot is over. */
    let suspects: ReadonlySet<string> | undefined;
    let came = new Set<string>();
    const note = (address: string): void => {
      if (came.size < MAX_ADDRESSES) came.add(address);
    };
    const finish = (isLoop: boolean): void => {
      this.#tests.delete(note);
      if (this.#tests.size === 0) this.#options.onTesting?.(false);
      for (const end of ends) end();
      this.#judge(endpoint, record, isLoop);
    };
    const step = (index: number): void => {
      const isProbe = slots[index];
      if (index > 0) {
        suspects = narrow(suspects, came, slots[index - 1] === true);
        if (suspects.size === 0 || record.dials.some(({ hasHeard }) => hasHeard)) {
          finish(false);
          return;
        }
      }
      if (isProbe === undefined) {
        finish(true);
        return;
      }
      came = new Set();
      if (isProbe) ends.push(this.#options.probe(endpoint));
      clock.after(SLOT_MS, () => step(index + 1));
    };
    record.test = [];
    this.#tests.add(note);
    if (this.#tests.size === 1) this.#options.onTesting?.(true);
    step(0);
  }

  /** The first with a probe, so that most tests end there. */
  #drawSlots(): readonly boolean[] {
    const rest = Array.from({ length: SLOTS - 1 }, (_, index) => index < SLOTS / 2 - 1);
    for (let at = rest.length - 1; at > 0; at--) {
      const other = Math.floor(this.#options.random() * (at + 1));
      [rest[at], rest[other]] = [rest[other] === true, rest[at] === true];
    }
    return [true, ...rest];
  }

  #judge(endpoint: Endpoint, record: Record, isLoop: boolean): void {
    const now = this.#options.clock.now();
    const waiting = record.test ?? [];
    record.test = undefined;
    record.dials = [];
    record.since = now;
    if (isLoop) {
      record.convictedUntil = now + SENTENCE_MS;
      this.#options.onLoop(endpoint);
      for (const { refuse } of [...waiting]) refuse();
      return;
    }
    record.convictedUntil = Number.POSITIVE_INFINITY;
    record.cleared += 1;
    record.doubtAt = this.#draw(FIRST_DOUBT * 2 ** Math.min(record.cleared, MAX_DOUBLINGS));
    for (const { watched, go } of [...waiting]) {
      record.dials.push(watched);
      go();
    }
  }
}

function narrow(
  suspects: ReadonlySet<string> | undefined,
  came: ReadonlySet<string>,
  wasProbed: boolean,
): ReadonlySet<string> {
  const before = suspects ?? came;
  return new Set([...before].filter((address) => came.has(address) === wasProbed));
}
