import type { OnReadOpts, Socket } from 'node:net';
import { type Leg, resetLeg } from './leg.ts';
import { SpareBuffers } from './spare-buffers.ts';
import { surface } from './surface.ts';
import { setOnRead } from './user-buffer.ts';
import { readBeforeFailing } from './write-failure.ts';

/** What one read takes at most; as much as libuv would. Where it is no multiple of 64, the kernel copies every later byte askew, which a stream of a mesh takes for whole records. */
const READ_BYTES = 65_536;
/** For large reads; two MiB are kept. */
const spare = new SpareBuffers(READ_BYTES, 32);
/** For reads whose bytes are copied before anybody else reads. */
const shared = Buffer.allocUnsafeSlow(READ_BYTES);

const intake: unique symbol = Symbol('intake');
interface Taking {
  [intake]?: Intake;
}

/**
 * How a socket is read. Node would allocate 64 KiB for each read, however few bytes come. Here all sockets read into
 * one buffer out of which small reads are copied; a socket whose reads are full reads into a buffer of its own, which is lent
 * to a consumer that knows. A socket that is idle holds no buffer.
 */
export class Intake {
  readonly onread: OnReadOpts;
  #socket: Socket | undefined;
  /** What the next read goes into, unless it is the shared one. */
  #own: Buffer | undefined;
  /** What a consumer that paused the socket has not done with yet. */
  #lent: Buffer | undefined;
  #lendsFrom: number = Number.POSITIVE_INFINITY;
  #atMost = READ_BYTES;

  constructor() {
    this.onread = {
      buffer: () => this.#limit(this.#own ?? shared),
      callback: (length, buffer) => this.#read(length, buffer),
    };
  }

  /** Called once, before the first read. */
  serve(socket: Socket & Taking): void {
    this.#socket = socket;
    socket[intake] = this;
    // What fails in TLS is the session, both ways.
    if (!('encrypted' in socket)) readBeforeFailing(socket);
  }

  lend(fromLength: number, atMost: number): void {
    this.#lendsFrom = fromLength;
    this.#atMost = atMost;
  }

  #limit(buffer: Buffer): Buffer {
    return this.#atMost < buffer.length ? buffer.subarray(0, this.#atMost) : buffer;
  }

  /** What is lent now is not lent again. */
  keep(): void {
    this.#lent = undefined;
  }

  /** A consumer that throws loses this socket, and nothing else. */
  #read(length: number, buffer: Uint8Array): boolean {
    try {
      return this.#take(length, buffer);
    } catch (error) {
      // Nobody knows who still reads it.
      this.#lent = undefined;
      if (this.#socket !== undefined) resetLeg(this.#socket);
      surface(error);
      return false;
    }
  }

  /** `onread`'s callback: false stops reading until the stream asks for more. */
  #take(length: number, buffer: Uint8Array): boolean {
    const socket = this.#socket;
    if (socket === undefined) return false;
    const own = this.#own;
    this.#own = undefined;
    const isConsumed = socket.readableFlowing === true && socket.readableLength === 0;
    if (isConsumed) this.#retrieve();
    if (length < this.#lendsFrom || !isConsumed) {
      const copy = Buffer.from(buffer.subarray(0, length));
      if (own !== undefined) spare.giveBack(own);
      // Once a write has failed, `push` drops what it is given.
      const isPushed = this.#lendsFrom === Number.POSITIVE_INFINITY && socket.errored === null;
      if (!isConsumed || isPushed) return socket.push(copy);
      // Not `push`: that asks for more in a tick of its own, whether the consumer has paused the socket or not.
      socket.emit('data', copy);
      return true;
    }
    this.#lent = own ?? copyIntoSpare(buffer, length);
    socket.emit('data', this.#lent.subarray(0, length));
    if (socket.isPaused()) return true;
    // A read that was not full says that there is nothing more for now.
    if (length === buffer.length) {
      this.#own = this.#lent;
      this.#lent = undefined;
    } else this.#retrieve();
    return true;
  }

  /** The consumer that had paused the socket reads again: it has done with what was lent. */
  #retrieve(): void {
    if (this.#lent !== undefined) spare.giveBack(this.#lent);
    this.#lent = undefined;
  }
}

function copyIntoSpare(source: Uint8Array, length: number): Buffer {
  const buffer = spare.take();
  buffer.set(source.subarray(0, length));
  return buffer;
}

/** Has a socket that was not dialled with an intake read by one, where this Node allows it. */
export function takeIn(socket: Socket): void {
  const made = new Intake();
  if (setOnRead(socket, made.onread)) made.serve(socket);
}

/**
 * Says that whoever reads this leg is done with a chunk of at least `fromLength` bytes before it returns, or else has paused
 * the leg until it is: such chunks need no copy then. Infinity: it says so no more. `atMost`: as much as it has use for in one chunk; the read that
 * is under way may bring more.
 */
export function lendReads(leg: Leg & Taking, fromLength: number, atMost: number = READ_BYTES): void {
  if (leg[intake] === undefined) leg.lend?.(fromLength);
  else leg[intake].lend(fromLength, atMost);
}

/** Says, while it is handed a chunk, that whoever reads this leg is not done with it when it returns: the buffer is its own from now on. */
export function keepLent(leg: Leg & Taking): void {
  leg[intake]?.keep();
}
