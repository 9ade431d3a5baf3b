import { lendReads } from './intake.ts';
import { type Leg, probeLeg, resetLeg } from './leg.ts';
import { errorCode } from './relay-error.ts';
import { surface } from './surface.ts';

/** How often a side that is not read is asked whether its peer is still there. */
const PROBE_MS = 30_000;
/** Smaller reads are copied; of the others one waits at most for the other side to take it. Node's own high water mark before version 22. */
const LENT_BYTES = 16_384;
/** How long a half-closed connection may stay silent. */
const HALF_OPEN_IDLE_MS = 600_000;

export type Side = 'client' | 'upstream';

export type SpliceOutcome =
  /** Both sides ended, and everything was passed on. */
  | { readonly kind: 'ended' }
  /** One side was reset, and so was the other. `code` is a Node error code. */
  | { readonly kind: 'reset'; readonly by: Side; readonly code: string }
  /** `reset()` was called. */
  | { readonly kind: 'aborted' }
  /** One side had ended and the other stayed silent for `halfOpenIdleMs`. */
  | { readonly kind: 'abandoned' }
  /** Upstream was reset before a byte passed in either direction, and `keepsUntouchedClient` said to keep the client. */
  | { readonly kind: 'untouched'; readonly code: string };

export interface SpliceOptions {
  /** How long a half-closed connection may stay silent before it is reset; 10 minutes unless said. */
  readonly halfOpenIdleMs?: number;
  /**
   * Asked when upstream was reset before a byte passed in either direction. On `true` the client is left as it was, paused and
   * without listeners of the splice's, to be carried elsewhere.
   */
  readonly keepsUntouchedClient?: () => boolean;
}

export interface Splice {
  /** Resolves when both sides are done with. Never rejects. */
  readonly finished: Promise<SpliceOutcome>;
  /** Bytes read from the client, from upstream. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Resets both sides. */
  reset(): void;
}

/**
 * Passes bytes both ways between two paused legs until both have ended. A half-close is passed on as one, a reset as a reset,
 * and a side that does not read stops the other from being read.
 */
export function splice(client: Leg, upstream: Leg, options: SpliceOptions = {}): Splice {
  return new LiveSplice(client, upstream, options);
}

/** One direction. Hangs on its source, so that the listeners are the same few functions for every connection. */
interface SpliceDirection {
  readonly splice: LiveSplice;
  readonly side: Side;
  readonly source: Carried;
  readonly sink: Carried;
  bytes: number;
  ended: boolean;
}

const flow: unique symbol = Symbol('flow');
interface Carried extends Leg {
  [flow]?: SpliceDirection | undefined;
}

class LiveSplice implements Splice {
  readonly finished: Promise<SpliceOutcome>;
  readonly #up: SpliceDirection;
  readonly #down: SpliceDirection;
  readonly #options: SpliceOptions;
  readonly #halfOpenIdleMs: number;
  readonly #probeMs: number;
  #settle: (outcome: SpliceOutcome) => void = () => {};
  #outcome: SpliceOutcome | undefined;
  #open = 2;
  #timer: NodeJS.Timeout | undefined;
  #silentMs = 0;
  #seenBytes = 0;

  constructor(client: Leg, upstream: Leg, options: SpliceOptions) {
    this.#options = options;
    this.#halfOpenIdleMs = options.halfOpenIdleMs ?? HALF_OPEN_IDLE_MS;
    this.#probeMs = Math.min(PROBE_MS, this.#halfOpenIdleMs);
    this.finished = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#up = { splice: this, side: 'client', source: client, sink: upstream, bytes: 0, ended: false };
    this.#down = { splice: this, side: 'upstream', source: upstream, sink: client, bytes: 0, ended: false };
    attach(this.#up);
    attach(this.#down);
    start(this.#up);
    start(this.#down);
  }

  get bytesUp(): number {
    return this.#up.bytes;
  }

  get bytesDown(): number {
    return this.#down.bytes;
  }

  reset(): void {
    this.#abort({ kind: 'aborted' });
  }

  /** A side said that it sends no more, and nothing contradicts it. */
  sourceEnded(direction: SpliceDirection): void {
    if (direction.ended || this.#outcome !== undefined) return;
    direction.ended = true;
    direction.sink.end();
    if (this.#up.ended && this.#down.ended) this.#stopWatching();
    else this.watch();
  }

  sourceFailed(direction: SpliceDirection, error: unknown): void {
    const code = errorCode(error);
    if (direction === this.#down && this.#isUntouched() && this.#options.keepsUntouchedClient?.() === true) {
      detach(this.#up);
      this.#up.source.pause();
      this.#outcome = { kind: 'untouched', code };
      this.#open -= 1;
      return;
    }
    this.#abort({ kind: 'reset', by: direction.side, code });
  }

  /** An error of our own, in one of the two or here. */
  fault(error: unknown): void {
    surface(error);
    this.#abort({ kind: 'aborted' });
  }

  sourceClosed(direction: SpliceDirection): void {
    believeEnd.call(direction.source, undefined);
    direction.source[flow] = undefined;
    this.#open -= 1;
    if (this.#open > 0) {
      if (!direction.ended || !direction.source.writableFinished) {
        this.#abort({ kind: 'reset', by: direction.side, code: 'ECONNRESET' });
      }
      return;
    }
    this.#stopWatching();
    this.#settle(this.#outcome ?? { kind: 'ended' });
  }

  #isUntouched(): boolean {
    return this.#outcome === undefined && this.#up.bytes === 0 && this.#down.bytes === 0 && !this.#up.ended;
  }

  #abort(outcome: SpliceOutcome): void {
    this.#outcome ??= outcome;
    resetLeg(this.#up.source);
    resetLeg(this.#down.source);
  }

  /**
   * A side that is not read, because it has ended or because the other takes nothing, would never be known to be gone. Asks
   * for it now and then, until both are read again.
   */
  watch(): void {
    this.#timer ??= setInterval(() => this.#look(), this.#probeMs);
  }

  #look(): void {
    const bytes = this.bytesUp + this.bytesDown;
    const isHalfOpen = this.#up.ended !== this.#down.ended;
    this.#silentMs = isHalfOpen && bytes === this.#seenBytes ? this.#silentMs + this.#probeMs : 0;
    this.#seenBytes = bytes;
    if (this.#silentMs >= this.#halfOpenIdleMs) {
      this.#abort({ kind: 'abandoned' });
      return;
    }
    const unread = [this.#up, this.#down].filter(({ ended, source }) => ended || source.isPaused());
    for (const { source } of unread) probeLeg(source);
    if (unread.length === 0) this.#stopWatching();
  }

  #stopWatching(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function attach(direction: SpliceDirection): void {
  const { source } = direction;
  source[flow] = direction;
  source.on('data', passOn).on('drain', resumeOpposite).on('end', confirmEnd).on('error', fail).on('close', close);
}

/** `passOn` keeps the promise of `lendReads`: a chunk that the kernel has not taken pauses the source until it has. */
function start(direction: SpliceDirection): void {
  const { source, sink } = direction;
  lendReads(source, LENT_BYTES, sink.writeBytes);
  // What happened to a leg before the splice is not told again.
  if (source.closed) close.call(source, undefined);
  else if (source.readableEnded) confirmEnd.call(source, undefined);
  else source.resume();
}

function detach(direction: SpliceDirection): void {
  const { source } = direction;
  source[flow] = undefined;
  lendReads(source, Number.POSITIVE_INFINITY);
  source.off('data', passOn).off('drain', resumeOpposite).off('end', confirmEnd).off('error', fail).off('close', close);
}

/** A side that throws ends this pair, and nothing else. */
function contained<Value>(
  act: (direction: SpliceDirection, value: Value) => void,
): (this: Carried, value: Value) => void {
  return function contain(this: Carried, value: Value): void {
    const direction = this[flow];
    if (direction === undefined) return;
    try {
      act(direction, value);
    } catch (error) {
      direction.splice.fault(error);
    }
  };
}

const passOn = contained((direction, chunk: Buffer) => {
  const { source, sink, splice } = direction;
  direction.bytes += chunk.length;
  const hasRoom =
    chunk.length < LENT_BYTES ? sink.write(chunk) : sink.write(chunk, (error) => resumeOnceTaken(direction, error));
  // `write` says false for every chunk above the high water mark, also when the kernel took all of it at once.
  if (sink.writableLength === 0 || (hasRoom && chunk.length < LENT_BYTES)) return;
  source.pause();
  splice.watch();
});

/** Below the high water mark, which has 64 KiB from Node 22 on, no `drain` says it. */
function resumeOnceTaken({ sink }: SpliceDirection, error: Error | null | undefined): void {
  if (!error && sink.writableLength === 0) resumeOpposite.call(sink, undefined);
}

const resumeOpposite = contained(({ sink }) => {
  if (sink.isPaused()) sink.resume();
});

/**
 * libuv reports a reset that comes behind data as an end. The kernel knows better and says so to the next write, which is
 * empty; a write that is still pending fails in the same turn of the loop.
 */
const confirmEnd = contained((direction) => {
  const { source } = direction;
  // Also where a write is pending: Node's TLS keeps one for ever that failed with what it had to write itself.
  probeLeg(source);
  if (source.writableLength > 0) setImmediate(() => believeEnd.call(source, undefined));
  else passEndOn(direction);
});

const believeEnd = contained(passEndOn);

function passEndOn(direction: SpliceDirection): void {
  const { source, splice } = direction;
  if (source.readableEnded && source.errored === null) splice.sourceEnded(direction);
}

const fail = contained((direction, error: unknown) => direction.splice.sourceFailed(direction, error));

const close = contained((direction) => direction.splice.sourceClosed(direction));
