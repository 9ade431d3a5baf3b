import { type Leg, RelayError, SpareBuffers } from '@mdns-ambassador/relay';
import { HEADER_BYTES, LARGE_DATA_BYTES } from './frame.ts';

/** Who has more to send waits where so much waits to be taken by the kernel: one large frame behind another. More would be copied once more. */
const CONGESTED_BYTES = 98_304;
/** Nobody honest lets so much of what is no data wait: streams stop being opened before. */
const MAX_BACKLOG_BYTES = 8 * 1_048_576;

/** For large frames; two MiB are kept. */
const spare = new SpareBuffers(HEADER_BYTES + LARGE_DATA_BYTES, 32);

type Flushed = (error?: Error | null) => void;

/** One who writes so long after the others is alone. A turn of the loop in which many have something to say takes less for each. */
const ALONE_MS = 0.1;

/**
 * What is written to one connection by many. Who is alone has it written at once; what comes on the heels of something else goes out
 * together with what the turn of the loop still brings, at its end.
 */
export class Outbox {
  readonly #leg: Leg;
  readonly #waiting = new Set<() => void>();
  #frames: Buffer[] = [];
  #bytes = 0;
  #flushed: Flushed[] = [];
  #isTurnPending = false;
  #wroteAt = Number.NEGATIVE_INFINITY;
  readonly #now: () => number;

  /** @param now milliseconds of a monotonic clock. */
  constructor(leg: Leg, now: () => number) {
    this.#leg = leg;
    this.#now = now;
    leg.on('drain', () => this.#release());
  }

  /** Whether no more data is to be added now: see `wait`. */
  get isCongested(): boolean {
    return this.#backlog >= CONGESTED_BYTES;
  }

  /** The peer does not read, and has us say more and more. */
  get isOverfull(): boolean {
    return this.#backlog >= MAX_BACKLOG_BYTES;
  }

  get #backlog(): number {
    return this.#leg.writableLength + this.#bytes;
  }

  /** Calls back once, when more may be added; not any more after the returned function was called. */
  wait(act: () => void): () => void {
    this.#waiting.add(act);
    return () => void this.#waiting.delete(act);
  }

  /** A frame, which is the outbox's from now on. `flushed`: the kernel has it, or never will. */
  add(frame: Buffer, flushed?: Flushed): void {
    this.#frames.push(frame);
    this.#bytes += frame.length;
    if (flushed !== undefined) this.#flushed.push(flushed);
    if (this.#isAlone()) {
      this.flush();
      return;
    }
    if (this.#isTurnPending) return;
    this.#isTurnPending = true;
    setImmediate(() => this.#endTurn());
  }

  /** The same for a large one. The bytes are the caller's again: they are copied into a buffer that goes round. */
  addLarge(header: Buffer, bytes: Buffer): void {
    this.flush();
    if (!this.#leg.writable) return;
    const buffer = spare.take();
    buffer.set(header);
    buffer.set(bytes, header.length);
    this.#leg.write(buffer.subarray(0, header.length + bytes.length), () => spare.giveBack(buffer));
  }

  /** What waits for the end of the turn goes out now. */
  flush(): void {
    if (this.#frames.length === 0) return;
    const [first] = this.#frames;
    const bytes = this.#frames.length === 1 && first !== undefined ? first : Buffer.concat(this.#frames, this.#bytes);
    const flushed = this.#flushed;
    this.#frames = [];
    this.#bytes = 0;
    this.#flushed = [];
    if (!this.#leg.writable) {
      for (const act of flushed) act(new RelayError('ECONNRESET', 'the connection is over'));
      return;
    }
    if (flushed.length === 0) this.#leg.write(bytes);
    else
      this.#leg.write(bytes, (error) => {
        for (const act of flushed) act(error);
      });
  }

  /** Whether it goes out now; else at the end of this turn of the loop. */
  #isAlone(): boolean {
    const now = this.#now();
    const isAlone = now - this.#wroteAt >= ALONE_MS && this.#frames.length === 1;
    this.#wroteAt = now;
    return isAlone;
  }

  #endTurn(): void {
    this.#isTurnPending = false;
    this.flush();
    this.#release();
  }

  #release(): void {
    for (const act of this.#waiting) {
      if (this.isCongested) return;
      this.#waiting.delete(act);
      act();
    }
  }
}
