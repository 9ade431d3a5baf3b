import { Duplex } from 'node:stream';
import type { Leg } from '@mdns-ambassador/relay';

/**
 * How long a client may go on talking after the last response was sent. One that is silent may still be reading: what the kernel holds
 * for it would be lost with a reset.
 */
const LINGER_MS = 5_000;
/** What the parser is given at once, so that a flood of small requests is noticed early. */
const MAX_SLICE_BYTES = 16_384;

/** What the client has sent, and whom to tell when it was taken. */
type ClientBytes = { readonly bytes: Buffer; readonly done: () => void };

export interface BridgeListener {
  readonly onReset: () => void;
  /** The client has sent something, which the parser is about to be given. */
  readonly onBytes: (bytes: Buffer) => void;
}

/** The end of a bridge that is spliced to the client. */
export class Front extends Duplex implements Leg {
  readonly #back: Back;
  readonly #listener: BridgeListener;

  constructor(listener: BridgeListener) {
    super({ allowHalfOpen: true });
    this.#listener = listener;
    this.#back = new Back(this);
  }

  get back(): Back {
    return this.#back;
  }

  override _read(): void {
    this.#back.takenByFront();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    // A splice asks so whether anybody is there: nothing was said.
    if (chunk.length === 0) {
      done();
      return;
    }
    this.#listener.onBytes(chunk);
    // A splice lends what it writes until it is taken; the parser keeps pieces of it for longer.
    this.#back.feed({ bytes: Buffer.from(chunk), done });
  }

  override _final(done: () => void): void {
    this.#back.feedEnd();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#back.destroy();
    done(error);
  }

  resetAndDestroy(): this {
    this.#listener.onReset();
    return this.destroy();
  }
}

/** The end of a bridge that `node:http` takes for its client's socket. Destroyed before it has ended, it resets the front. */
export class Back extends Duplex implements Leg {
  readonly #front: Front;
  /** What the front has written and this end has not taken. */
  #pending: ClientBytes | undefined;
  #isHeld = false;
  #wantsMore = false;
  #taken: (() => void) | undefined;
  /** Nothing more is taken from the client. */
  #isClosing = false;
  #linger: NodeJS.Timeout | undefined;

  constructor(front: Front) {
    super({ allowHalfOpen: true });
    this.#front = front;
  }

  /** Called by the front, one piece at a time. */
  feed(piece: ClientBytes): void {
    if (this.destroyed) piece.done();
    else if (this.#isClosing) {
      this.#linger ??= setTimeout(() => this.#front.destroy(createReset()), LINGER_MS);
      piece.done();
    } else {
      this.#pending = piece;
      this.#pass();
    }
  }

  /** The client sends no more. */
  feedEnd(): void {
    if (!this.destroyed) this.push(null);
  }

  takenByFront(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  /** Has the parser wait, whatever the client sends. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#pass();
  }

  /** Ends once everything was taken, and drops what the client still says. */
  destroySoon(): void {
    if (this.destroyed || this.#isClosing) return;
    this.end();
    this.#isClosing = true;
    this.#drop();
  }

  resetAndDestroy(): this {
    return this.destroy();
  }

  override _read(): void {
    this.#wantsMore = true;
    this.#pass();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    // As at the front: what is read there is written on, and may wait for a client that is slow.
    if (this.#front.destroyed || this.#front.push(Buffer.from(chunk))) done();
    else this.#taken = done;
  }

  override _final(done: () => void): void {
    if (!this.#front.destroyed) this.#front.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#linger);
    this.#drop();
    this.takenByFront();
    if (!this.writableFinished) this.#front.destroy(createReset());
    done(error);
  }

  #pass(): void {
    while (this.#wantsMore && !this.#isHeld && this.#pending !== undefined && !this.destroyed) {
      const { bytes, done } = this.#pending;
      const rest = bytes.subarray(MAX_SLICE_BYTES);
      this.#pending = rest.length === 0 ? undefined : { bytes: rest, done };
      this.#wantsMore = this.push(bytes.subarray(0, MAX_SLICE_BYTES));
      if (rest.length === 0) done();
    }
  }

  #drop(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.done();
  }
}

function createReset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
}
