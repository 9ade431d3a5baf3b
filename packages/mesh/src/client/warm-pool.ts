import { type Clock, formatTarget, type Leg, resetLeg, type Target, withPatience } from '@mdns-ambassador/relay';
import { LineBuffer } from '../handshake/line-buffer.ts';
import { MAX_ANSWER_BYTES, parseAnswer } from '../handshake/preamble.ts';

/** A connection whose peer has proved who it is, before there is a client for it. */
export interface WarmConnection {
  readonly leg: Leg;
  readonly meshId: string;
  /** The announcer has answered `+` already: it does not know about keeping warm, and holds its service for us. */
  readonly isReady: boolean;
}

export interface WarmPoolOptions {
  /** How many are kept for each place. */
  readonly size: number;
  readonly clock: Clock;
  /** Connects, proves both ends, and asks to be kept warm. */
  readonly open: (target: Target, meshId: string | undefined, signal: AbortSignal) => Promise<WarmConnection>;
}

/** An announcer keeps one for a minute. */
const KEEP_MS = 45_000;
const OPEN_TIMEOUT_MS = 5_000;
/** Over all places. */
const MAX_TOTAL = 64;

interface Parked {
  readonly connection: WarmConnection;
  isReady: boolean;
  readonly release: () => void;
}

/** Keeps a few handshaken connections for places that were dialled lately. They are made beside the clients' way. */
export class WarmPool {
  readonly #options: WarmPoolOptions;
  readonly #parked = new Map<string, Parked[]>();
  readonly #opening = new Map<string, number>();
  #abort = new AbortController();
  #isClosed = false;

  constructor(options: WarmPoolOptions) {
    this.#options = options;
  }

  /** Places at which one is kept, or about to be. */
  get places(): number {
    return new Set([...this.#parked.keys(), ...this.#opening.keys()]).size;
  }

  /** The freshest one for this place, paused and nobody else's; undefined where there is none. */
  take(place: string): WarmConnection | undefined {
    const parked = this.#parked.get(place)?.at(-1);
    if (parked === undefined) return undefined;
    this.#forget(place, parked);
    return { ...parked.connection, isReady: parked.isReady };
  }

  /** Makes up what is missing at a place where a client was just carried to. */
  refill(target: Target, meshId: string | undefined): void {
    const place = formatTarget(target);
    const { size, clock } = this.#options;
    const opening = this.#opening.get(place) ?? 0;
    const missing = size - (this.#parked.get(place)?.length ?? 0) - opening;
    for (let count = 0; count < missing && this.#count() < MAX_TOTAL && !this.#isClosed; count++) {
      this.#opening.set(place, (this.#opening.get(place) ?? 0) + 1);
      clock.after(0, () => void this.#open(target, place, meshId));
    }
  }

  /** Lets go of all: they were made with papers that count no more. */
  clear(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    for (const parked of [...this.#parked.values()].flat()) {
      parked.release();
      resetLeg(parked.connection.leg);
    }
    this.#parked.clear();
  }

  close(): void {
    this.#isClosed = true;
    this.clear();
  }

  #count(): number {
    let count = 0;
    for (const parked of this.#parked.values()) count += parked.length;
    for (const opening of this.#opening.values()) count += opening;
    return count;
  }

  async #open(target: Target, place: string, meshId: string | undefined): Promise<void> {
    const { signal } = this.#abort;
    const { clock, open } = this.#options;
    try {
      if (signal.aborted || this.#isClosed) return;
      const make = (attempt: AbortSignal): Promise<WarmConnection> => open(target, meshId, attempt);
      const connection = await withPatience(clock, OPEN_TIMEOUT_MS, make, signal);
      if (signal.aborted || this.#isClosed) resetLeg(connection.leg);
      else this.#park(place, connection);
    } catch {
      // Whoever dials there next will meet the same, and tell.
    } finally {
      const left = (this.#opening.get(place) ?? 1) - 1;
      if (left > 0) this.#opening.set(place, left);
      else this.#opening.delete(place);
    }
  }

  #park(place: string, connection: WarmConnection): void {
    const { leg } = connection;
    const answer = new LineBuffer(MAX_ANSWER_BYTES);
    const drop = (): void => {
      this.#forget(place, parked);
      resetLeg(leg);
    };
    const onData = (chunk: Buffer): void => {
      if (parked.isReady) {
        // What a service says first is its client's.
        leg.pause();
        leg.unshift(chunk);
        return;
      }
      const state = answer.push(chunk);
      if (state.kind === 'more') return;
      if (state.kind !== 'line' || parseAnswer(state.line) !== 'ready') {
        drop();
        return;
      }
      parked.isReady = true;
      if (state.rest.length === 0) return;
      leg.pause();
      leg.unshift(state.rest);
    };
    const cancel = this.#options.clock.after(KEEP_MS, drop);
    const parked: Parked = {
      connection,
      isReady: connection.isReady,
      release: () => {
        cancel();
        leg.pause();
        leg.off('data', onData).off('end', drop).off('error', drop).off('close', drop);
      },
    };
    leg.on('data', onData).on('end', drop).on('error', drop).on('close', drop);
    this.#parked.set(place, [...(this.#parked.get(place) ?? []), parked]);
    leg.resume();
  }

  #forget(place: string, parked: Parked): void {
    parked.release();
    const left = (this.#parked.get(place) ?? []).filter((one) => one !== parked);
    if (left.length > 0) this.#parked.set(place, left);
    else this.#parked.delete(place);
  }
}
