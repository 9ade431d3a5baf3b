import { SpareBuffers } from '@mdns-ambassador/relay';
import { MAX_DATA_BYTES } from './frame.ts';

/** For frames; half a MiB is kept. */
const spare = new SpareBuffers(MAX_DATA_BYTES, 8);

/**
 * A frame whose parts come one after another, as TLS decrypts them: whoever reads it is handed them as one, for one write costs less than four. A
 * connection on which nothing is on its way holds no buffer.
 */
export class FrameParts {
  readonly #hand: (stream: number, bytes: Buffer) => void;
  #stream = 0;
  #buffer: Buffer | undefined;
  #size = 0;
  #isTurnPending = false;
  /** What is handed over now, and whether whoever has it is done with it then. */
  #handed: { isKept: boolean } | undefined;

  /** `hand` is lent the bytes: they are others when it has returned, unless `keep` was called meanwhile. */
  constructor(hand: (stream: number, bytes: Buffer) => void) {
    this.#hand = hand;
  }

  get size(): number {
    return this.#size;
  }

  /** A part of a frame of which `left` bytes are to come. They are handed on with the last one, or at the end of this turn of the loop. */
  add(stream: number, part: Buffer, left: number): void {
    const buffer = this.#buffer ?? spare.take();
    buffer.set(part, this.#size);
    this.#buffer = buffer;
    this.#stream = stream;
    this.#size += part.length;
    if (left === 0) this.flush();
    else if (!this.#isTurnPending) {
      this.#isTurnPending = true;
      setImmediate(() => {
        this.#isTurnPending = false;
        this.flush();
      });
    }
  }

  flush(): void {
    const buffer = this.#buffer;
    if (buffer === undefined) return;
    const bytes = buffer.subarray(0, this.#size);
    this.#buffer = undefined;
    this.#size = 0;
    const outer = this.#handed;
    const handed = { isKept: false };
    this.#handed = handed;
    try {
      this.#hand(this.#stream, bytes);
    } finally {
      this.#handed = outer;
    }
    if (!handed.isKept) spare.giveBack(buffer);
  }

  /** What is handed over now is read later. False where nothing is. */
  keep(): boolean {
    if (this.#handed === undefined) return false;
    this.#handed.isKept = true;
    return true;
  }
}
