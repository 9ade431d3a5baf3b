import { Duplex } from 'node:stream';
import type { Leg } from '@mdns-ambassador/relay';
import { BulkRate } from './bulk-rate.ts';
import { LARGE_DATA_BYTES, MAX_OPEN_BYTES, type Violation } from './frame.ts';
import { HeldBytes } from './held-bytes.ts';
import { ReceiveWindow, SendWindow } from './window.ts';

const NOTHING = Buffer.alloc(0);
/** So much at least is taken out of the window for who does not read; Node would have four times that from version 22 on. */
const READ_AHEAD_BYTES = 16_384;

type WriteCallback = (error?: Error | null) => void;

/** What a stream has of the connection that carries it. */
export interface Carrier {
  readonly ends: {
    readonly localAddress?: string | undefined;
    readonly localPort?: number | undefined;
    readonly remoteAddress?: string | undefined;
    readonly remotePort?: number | undefined;
  };
  now(): number;
  /** Gives a number to one that is sent for the first time; undefined where the connection is over. */
  begin(leg: StreamLeg): number | undefined;
  readonly isCongested: boolean;
  /** Calls back once, when it is congested no more; not any more after the returned function was called. */
  wait(act: () => void): () => void;
  sendOpen(stream: number, bytes: Buffer): void;
  /** The bytes are the sender's again at once. */
  sendData(stream: number, bytes: Buffer): void;
  sendEnd(stream: number, flushed: WriteCallback): void;
  sendReset(stream: number): void;
  grant(stream: number, bytes: number): void;
  /** By how much its window may be wider; 0 where others have it. It is to be given back. */
  lendWindow(): number;
  returnWindow(): void;
  /** So many more are held, or fewer. */
  hold(bytes: number): void;
  /** The bytes that are handed over now are read later. */
  keep(): void;
  /** Nothing is sent or heard of it any more. */
  forget(leg: StreamLeg): void;
}

/** One of many connections that a TLS connection carries: ends, half-closes and resets like one of its own. */
export class StreamLeg extends Duplex implements Leg {
  readonly #carrier: Carrier;
  readonly #sending = new SendWindow();
  readonly #receiving = new ReceiveWindow();
  readonly #held = new HeldBytes();
  readonly #rate = new BulkRate();
  #number: number | undefined;
  #pending: { readonly bytes: Buffer; readonly done: WriteCallback } | undefined;
  #cancelWait: (() => void) | undefined;
  /** It is read as fast as bytes come. */
  #keepsUp = false;
  /** By so much its window is wider. */
  #lent = 0;
  #wantsMore = false;
  #lendsFrom = Number.POSITIVE_INFINITY;
  #hasSentEnd = false;
  #hasHeardEnd = false;
  #hasHandedEnd = false;
  #hasHeard = false;
  /** The other end knows that it is over. */
  #isOver = false;

  /** `number`: of one that the peer has opened. */
  constructor(carrier: Carrier, number?: number) {
    super({ allowHalfOpen: true, highWaterMark: READ_AHEAD_BYTES });
    this.#carrier = carrier;
    this.#number = number;
    this.pause();
    // What happens to it is its user's to see; without a listener an error would end the process.
    this.on('error', () => undefined);
  }

  get number(): number | undefined {
    return this.#number;
  }

  get localAddress(): string | undefined {
    return this.#carrier.ends.localAddress;
  }

  get localPort(): number | undefined {
    return this.#carrier.ends.localPort;
  }

  get remoteAddress(): string | undefined {
    return this.#carrier.ends.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#carrier.ends.remotePort;
  }

  /** What is read for it is a whole frame. */
  get writeBytes(): number {
    return LARGE_DATA_BYTES;
  }

  isBulk(now: number): boolean {
    return this.#rate.isBulk(now);
  }

  resetAndDestroy(): this {
    return this.destroy();
  }

  /** The connection is always read: what happened to the stream is known. */
  probe(): void {}

  lend(fromLength: number): void {
    this.#lendsFrom = fromLength;
  }

  /** Bytes came, which are lent. */
  receive(bytes: Buffer): Violation | undefined {
    if (this.#hasHeardEnd) return 'sent on a stream that it had ended';
    if (!this.#receiving.receive(bytes.length)) return 'sent more than its window let it';
    this.#hasHeard = true;
    this.#rate.note(bytes.length, this.#carrier.now());
    if (this.destroyed || bytes.length === 0) return undefined;
    this.#keepsUp = this.#wantsMore && this.#held.size === 0;
    if (this.#keepsUp) this.#handLent(bytes);
    else {
      this.#held.push(bytes);
      this.#carrier.hold(bytes.length);
    }
    return undefined;
  }

  receiveEnd(): Violation | undefined {
    if (this.#hasHeardEnd) return 'sent on a stream that it had ended';
    this.#hasHeardEnd = true;
    this.#handEnd();
    this.#forgetIfOver();
    return undefined;
  }

  receiveReset(): void {
    this.#isOver = true;
    this.#carrier.forget(this);
    this.destroy(createReset('the other end reset the connection'));
  }

  /** False where the peer granted what it may not. */
  receiveGrant(bytes: number): boolean {
    if (!this.#sending.grant(bytes)) return false;
    this.#send();
    return true;
  }

  /** The connection below is over. Who waits for a first word sees what it has come to, everybody else a reset. */
  fail(cause: Error | undefined): void {
    this.#isOver = true;
    this.destroy(this.#hasHeard ? createReset('the connection below it is over', cause) : cause);
  }

  override _read(): void {
    this.#wantsMore = true;
    while (this.#wantsMore) {
      const bytes = this.#held.shift();
      if (bytes === undefined) break;
      this.#carrier.hold(-bytes.length);
      this.#hand(bytes);
    }
    this.#handEnd();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: WriteCallback): void {
    if (chunk.length === 0) {
      done();
      return;
    }
    this.#rate.note(chunk.length, this.#carrier.now());
    this.#pending = { bytes: chunk, done };
    this.#send();
  }

  override _final(done: WriteCallback): void {
    const isFirst = this.#number === undefined;
    const number = this.#begin();
    if (number === undefined) {
      done(createReset('the connection below it is over'));
      return;
    }
    if (isFirst) this.#carrier.sendOpen(number, NOTHING);
    this.#hasSentEnd = true;
    this.#carrier.sendEnd(number, done);
    this.#forgetIfOver();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.#isOver && this.#number !== undefined) this.#carrier.sendReset(this.#number);
    this.#isOver = true;
    this.#cancelWait?.();
    this.#carrier.hold(-this.#held.size);
    this.#held.clear();
    if (this.#lent > 0) this.#carrier.returnWindow();
    const pending = this.#pending;
    this.#pending = undefined;
    this.#carrier.forget(this);
    pending?.done(error ?? createReset('it was reset'));
    done(error);
  }

  #handLent(bytes: Buffer): void {
    const isRead = this.readableFlowing === true && this.readableLength === 0 && this.listenerCount('data') > 0;
    if (bytes.length < this.#lendsFrom || !isRead) {
      this.#hand(Buffer.from(bytes));
      return;
    }
    this.emit('data', bytes);
    if (this.isPaused()) this.#carrier.keep();
    this.#grant(bytes);
  }

  #hand(bytes: Buffer): void {
    this.#wantsMore = this.push(bytes);
    this.#grant(bytes);
  }

  #grant(bytes: Buffer): void {
    const granted = this.#receiving.read(bytes.length);
    if (granted > 0 && !this.#isOver && !this.#hasHeardEnd && this.#number !== undefined) {
      this.#carrier.grant(this.#number, granted + this.#widen());
    }
  }

  #widen(): number {
    if (!this.#keepsUp || this.#lent > 0) return 0;
    this.#lent = this.#carrier.lendWindow();
    this.#receiving.widen(this.#lent);
    return this.#lent;
  }

  #handEnd(): void {
    if (!this.#hasHeardEnd || this.#hasHandedEnd || this.#held.size > 0 || this.destroyed) return;
    this.#hasHandedEnd = true;
    this.push(null);
  }

  /** Sends what it may of what is to be sent. */
  #send(): void {
    for (;;) {
      const pending = this.#pending;
      if (pending === undefined || this.#cancelWait !== undefined) return;
      if (this.#carrier.isCongested) {
        this.#cancelWait = this.#carrier.wait(() => {
          this.#cancelWait = undefined;
          this.#send();
        });
        return;
      }
      const { bytes, done } = pending;
      const isFirst = this.#number === undefined;
      const number = this.#begin();
      if (number === undefined) {
        this.#pending = undefined;
        done(createReset('the connection below it is over'));
        return;
      }
      const length = this.#sending.take(Math.min(bytes.length, isFirst ? MAX_OPEN_BYTES : LARGE_DATA_BYTES));
      if (length === 0) return;
      const part = bytes.subarray(0, length);
      const isLast = length === bytes.length;
      this.#pending = isLast ? undefined : { bytes: bytes.subarray(length), done };
      if (isFirst) this.#carrier.sendOpen(number, part);
      else this.#carrier.sendData(number, part);
      if (isLast) done();
    }
  }

  #begin(): number | undefined {
    this.#number ??= this.#isOver ? undefined : this.#carrier.begin(this);
    return this.#isOver ? undefined : this.#number;
  }

  #forgetIfOver(): void {
    if (!this.#hasSentEnd || !this.#hasHeardEnd) return;
    this.#isOver = true;
    this.#carrier.forget(this);
  }
}

function createReset(message: string, cause?: Error): Error {
  return Object.assign(new Error(message, cause === undefined ? undefined : { cause }), { code: 'ECONNRESET' });
}
