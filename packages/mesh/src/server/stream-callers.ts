import { type Clock, type Leg, type RelayError, resetLeg } from '@mdns-ambassador/relay';
import { createHandshakeError } from '../handshake/handshake-error.ts';
import { HeldBudget } from '../streams/held-budget.ts';
import { Session, type SessionOptions } from '../streams/session.ts';
import type { Caller } from './caller.ts';
import { dismiss } from './dismiss.ts';

/** A connection without streams is kept for so long. */
const KEEP_MS = 60_000;
/** From when on one counts among those that carry nothing: its first stream comes with it. */
const FIRST_STREAM_MS = 1_000;
/** So many of one connection are told at a time that there is no room; further ones are reset. */
const MAX_TOLD = 64;

export interface StreamCallersOptions {
  readonly leg: SessionOptions['leg'];
  readonly clock: Clock;
  /** What is held for all connections of the door. */
  readonly held: { bytes: number };
  /** Hears what a stream asks for. Rejects where nobody is to be served; the stream is closed then, or about to be. */
  readonly hear: (leg: Leg) => Promise<Caller>;
  /** It carries nothing: whether it is kept. */
  readonly onIdle: () => boolean;
  /** It carries something again. */
  readonly onBusy: () => void;
  readonly onEnd: (error: RelayError | undefined) => void;
}

/** A client of the proxy, before it has asked. One of the first two is to be called, once. */
export interface StreamArrival {
  readonly leg: Leg;
  /** Who it is that asks for the service. Rejects where nobody is to be served; the stream is closed then, or about to be. */
  hear(): Promise<Caller>;
  /** There is no room for it. */
  turnAway(): void;
}

/** A proxy that asks for the service again and again, on streams of one connection. */
export class StreamCallers {
  readonly kind = 'streams';
  /** Resolves when the connection is over. Never rejects. */
  readonly ended: Promise<void>;
  readonly #options: StreamCallersOptions;
  #finish: () => void = () => undefined;
  #session: Session | undefined;
  #cancelIdle: (() => void) | undefined;
  /** What becomes of streams that come after it was drained: a word, or a reset that has them opened elsewhere. */
  #isRetired = false;
  #told = 0;

  constructor(options: StreamCallersOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  get leg(): SessionOptions['leg'] {
    return this.#options.leg;
  }

  /** To be called once: until then nothing is read. */
  receive(onArrival: (arrival: StreamArrival) => void): void {
    const { leg, clock, held } = this.#options;
    const startedAt = clock.now();
    this.#session = new Session({
      leg,
      clock,
      budget: new HeldBudget(held),
      onStream: (stream) => {
        this.#cancelIdle?.();
        this.#options.onBusy();
        this.#admit(stream, onArrival);
      },
      onIdle: () => {
        this.#cancelIdle?.();
        const waitMs = Math.max(0, startedAt + FIRST_STREAM_MS - clock.now());
        this.#cancelIdle = clock.after(waitMs, () => this.#rest());
      },
      onEnd: (end) => {
        this.#cancelIdle?.();
        this.#options.onBusy();
        this.#options.onEnd(
          end.kind === 'violation' ? createHandshakeError('identity', `it ${end.violation}`) : undefined,
        );
        this.#finish();
      },
    });
  }

  /** No more streams are wanted; those that come all the same hear why. When the last is over, so is the connection. */
  drain(): void {
    this.#session?.drain();
  }

  /** The same, but what comes all the same is opened anew on another connection: what this one has shown holds no longer. */
  retire(): void {
    this.#isRetired = true;
    this.#session?.drain();
  }

  reset(): void {
    this.#session?.reset();
  }

  #admit(leg: Leg, onArrival: (arrival: StreamArrival) => void): void {
    if (this.#isRetired) {
      resetLeg(leg);
      return;
    }
    onArrival({ leg, hear: () => this.#options.hear(leg), turnAway: () => this.#turnAway(leg) });
  }

  #turnAway(leg: Leg): void {
    if (this.#told >= MAX_TOLD) {
      resetLeg(leg);
      return;
    }
    this.#told += 1;
    leg.once('close', () => {
      this.#told -= 1;
    });
    dismiss(leg, 'busy', this.#options.clock);
  }

  #rest(): void {
    if (this.#session === undefined || this.#session.size > 0 || this.#session.isOver) return;
    if (!this.#options.onIdle()) {
      this.drain();
      return;
    }
    this.#cancelIdle = this.#options.clock.after(KEEP_MS, () => {
      if (this.#session?.size === 0) this.drain();
    });
  }
}
