import { type Clock, errorCode, keepLent, type Leg, lendReads, resetLeg, surface } from '@mdns-ambassador/relay';
import {
  encodeFrame,
  encodeHeader,
  encodeWindow,
  type Frame,
  MAX_STREAM,
  StreamFrameReader,
  type Violation,
} from './frame.ts';
import { FrameParts } from './frame-parts.ts';
import { type HeldBudget, MAX_OF_ONE_BYTES } from './held-budget.ts';
import { Outbox } from './outbox.ts';
import { type Carrier, StreamLeg } from './stream-leg.ts';
import { WIDE_WINDOW_BYTES, WINDOW_BYTES } from './window.ts';

/** Streams of one connection at once. */
export const MAX_STREAMS = 1_024;
/** Streams of one connection that have a wide window at once. */
const MAX_WIDE = 2;
/** So many are opened on one: where none of them is read, what is held is not more than may be, and no other waits for them. */
export const MAX_OPENED: number = MAX_OF_ONE_BYTES / WINDOW_BYTES - MAX_WIDE * (WIDE_WINDOW_BYTES / WINDOW_BYTES - 1);
/** Whoever is there answers a ping within this time; it is sent with the opening of a stream. */
const PONG_MS = 250;
/** Less goes out together with what others say. */
const LARGE_BYTES = 16_384;
/** The peer has so long to end its side of a connection that carries nothing any more. */
const FAREWELL_MS = 1_000;
/** Whether there is room again for what is sent here is looked at so often: it may be another connection that held it. */
const LOOK_MS = 100;

/** How a connection ended. */
export type SessionEnd = { readonly kind: 'closed' } | { readonly kind: 'violation'; readonly violation: Violation };

/** Of a stream that is known. */
type FrameOfStream = Extract<Frame, { readonly kind: 'data' | 'window' | 'end' | 'reset' }>;

export interface SessionOptions {
  /** Paused, and nobody else's: both its ends have proved who they are. */
  readonly leg: Leg & Carrier['ends'];
  readonly clock: Clock;
  readonly budget: HeldBudget;
  /** The peer has opened a stream: a paused leg. Absent at the end that opens them. */
  readonly onStream?: (leg: StreamLeg) => void;
  /** There are no streams any more, or none yet. Called once at the beginning, not synchronously. */
  readonly onIdle: () => void;
  /** Called once; every stream has been told before. */
  readonly onEnd: (end: SessionEnd) => void;
}

/** One TLS connection that carries many streams. The end that dialled opens them. */
export class Session {
  readonly #options: SessionOptions;
  readonly #leg: SessionOptions['leg'];
  readonly #outbox: Outbox;
  readonly #reader = new StreamFrameReader();
  readonly #parts = new FrameParts((stream, bytes) => this.#contain(() => this.#takeParts(stream, bytes)));
  readonly #carrier: Carrier;
  readonly #streams = new Map<number, StreamLeg>();
  /** Opened here, and not yet sent. */
  readonly #fresh = new Set<StreamLeg>();
  #lastNumber = 0;
  #pingedAt: number | undefined;
  #wide = 0;
  #isDraining = false;
  #isOver = false;
  #cancelFarewell: (() => void) | undefined;
  #cancelLook: (() => void) | undefined;

  constructor(options: SessionOptions) {
    const { leg, clock } = options;
    this.#options = options;
    this.#leg = leg;
    this.#outbox = new Outbox(leg, () => clock.now());
    this.#carrier = this.#createCarrier(clock);
    lendReads(leg, 1);
    leg.on('data', (chunk: Buffer) => this.#contain(() => this.#read(chunk)));
    leg.on('end', () => this.#end({ kind: 'closed' }, undefined));
    leg.on('error', (error: Error) => this.#end({ kind: 'closed' }, error));
    leg.on('close', () => this.#end({ kind: 'closed' }, undefined));
    setImmediate(() => {
      if (leg.destroyed) this.#end({ kind: 'closed' }, undefined);
      this.#noteIdle();
    });
    leg.resume();
  }

  get leg(): Leg {
    return this.#leg;
  }

  /** Those that are open. */
  get size(): number {
    return this.#streams.size + this.#fresh.size;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether either end wants no more streams. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Whether no more streams are to be opened here. */
  get isFull(): boolean {
    if (this.size >= MAX_OPENED || this.#options.budget.isNear) return true;
    return this.#lastNumber + this.#fresh.size >= MAX_STREAM;
  }

  /** Whether what is sent is not taken, so that a new stream would wait behind it. */
  get isCongested(): boolean {
    return this.#outbox.isCongested;
  }

  /** Whether the other end, or its host, has not answered since it was asked lately. */
  get isSilent(): boolean {
    return this.#pingedAt !== undefined && this.#options.clock.now() - this.#pingedAt > PONG_MS;
  }

  /** Whether one of the streams carries so much that others would wait. */
  get isBulk(): boolean {
    const now = this.#options.clock.now();
    for (const stream of this.#streams.values()) if (stream.isBulk(now)) return true;
    return false;
  }

  /** A stream to the other end, which hears of it with the first byte. Not to be called where it is over or full. */
  open(): StreamLeg {
    const leg = new StreamLeg(this.#carrier);
    this.#fresh.add(leg);
    return leg;
  }

  /** No more streams are wanted, and the other end is told. When the last is over, the connection is ended. */
  drain(): void {
    if (this.#isOver || this.#isDraining) return;
    this.#isDraining = true;
    this.#outbox.add(encodeFrame('drain'));
    this.#noteIdle();
  }

  /** Resets the connection, and with it all streams. */
  reset(): void {
    resetLeg(this.#leg);
    this.#end({ kind: 'closed' }, undefined);
  }

  #createCarrier(clock: Clock): Carrier {
    const outbox = this.#outbox;
    const { budget } = this.#options;
    return {
      ends: this.#leg,
      now: () => clock.now(),
      begin: (leg) => this.#begin(leg),
      get isCongested() {
        return outbox.isCongested;
      },
      wait: (act) => outbox.wait(act),
      sendOpen: (stream, bytes) => {
        outbox.add(encodeFrame('open', stream, bytes));
        this.#ping();
      },
      sendData: (stream, bytes) => {
        if (bytes.length < LARGE_BYTES) outbox.add(encodeFrame('data', stream, bytes));
        else outbox.addLarge(encodeHeader('data', stream, bytes.length), bytes);
      },
      sendEnd: (stream, flushed) => outbox.add(encodeFrame('end', stream), flushed),
      sendReset: (stream) => this.#answer(encodeFrame('reset', stream)),
      grant: (stream, bytes) => this.#answer(encodeWindow(stream, bytes)),
      lendWindow: () => {
        if (this.#wide >= MAX_WIDE) return 0;
        this.#wide += 1;
        return WIDE_WINDOW_BYTES - WINDOW_BYTES;
      },
      returnWindow: () => {
        this.#wide -= 1;
      },
      hold: (bytes) => {
        budget.change(bytes);
        this.#throttle();
      },
      keep: () => {
        if (!this.#parts.keep()) keepLent(this.#leg);
      },
      forget: (leg) => {
        this.#fresh.delete(leg);
        if (leg.number !== undefined) this.#streams.delete(leg.number);
        this.#noteIdle();
      },
    };
  }

  #begin(leg: StreamLeg): number | undefined {
    if (this.#isOver || !this.#fresh.delete(leg)) return undefined;
    this.#lastNumber += 1;
    this.#streams.set(this.#lastNumber, leg);
    return this.#lastNumber;
  }

  #ping(): void {
    if (this.#pingedAt !== undefined) return;
    this.#pingedAt = this.#options.clock.now();
    this.#outbox.add(encodeFrame('ping'));
  }

  /** What the peer has brought about: where it does not read, there is an end to that. */
  #answer(frame: Buffer): void {
    if (this.#isOver) return;
    this.#outbox.add(frame);
    if (this.#outbox.isOverfull) this.#violate('does not read what it asked for');
  }

  #read(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#pingedAt = undefined;
    const violation = this.#reader.push(chunk, (frame) => {
      const found = this.#take(frame);
      if (found !== undefined) this.#violate(found);
      return !this.#isOver;
    });
    if (violation !== undefined) this.#violate(violation);
  }

  #takeParts(stream: number, bytes: Buffer): void {
    if (this.#isOver) return;
    const found = this.#takeOf({ kind: 'data', stream, bytes });
    if (found !== undefined) this.#violate(found);
  }

  #take(frame: Frame): Violation | undefined {
    switch (frame.kind) {
      case 'open':
        return this.#takeOpen(frame.stream, frame.bytes);
      case 'ping':
        this.#answer(encodeFrame('pong'));
        return undefined;
      case 'pong':
        return undefined;
      case 'drain':
        this.#isDraining = true;
        this.#noteIdle();
        return undefined;
      case 'data': {
        const { left } = this.#reader;
        if (left === 0 && this.#parts.size === 0) return this.#takeOf(frame);
        this.#parts.add(frame.stream, frame.bytes, left);
        return undefined;
      }
      case 'window':
      case 'end':
      case 'reset':
        return this.#takeOf(frame);
      default:
        return frame satisfies never;
    }
  }

  #takeOpen(number: number, bytes: Buffer): Violation | undefined {
    const { onStream } = this.#options;
    if (onStream === undefined || number <= this.#lastNumber) return 'sent a frame of a stream that it cannot be about';
    if (this.#streams.size >= MAX_STREAMS) return 'opened more streams than there may be';
    this.#lastNumber = number;
    // It crossed the end, and is opened elsewhere.
    if (this.#cancelFarewell !== undefined) return undefined;
    const leg = new StreamLeg(this.#carrier, number);
    this.#streams.set(number, leg);
    const violation = leg.receive(bytes);
    onStream(leg);
    return violation;
  }

  #takeOf(frame: FrameOfStream): Violation | undefined {
    const leg = this.#streams.get(frame.stream);
    if (leg === undefined) {
      // It may have been sent before the peer heard of the end.
      return frame.stream <= this.#lastNumber ? undefined : 'sent a frame of a stream that it cannot be about';
    }
    switch (frame.kind) {
      case 'data':
        return leg.receive(frame.bytes);
      case 'window':
        return leg.receiveGrant(frame.bytes) ? undefined : 'granted more than a window can hold';
      case 'end':
        return leg.receiveEnd();
      case 'reset':
        leg.receiveReset();
        return undefined;
      default:
        return frame satisfies never;
    }
  }

  #violate(violation: Violation): void {
    this.#end({ kind: 'violation', violation }, undefined);
  }

  #noteIdle(): void {
    if (this.size > 0 || this.#isOver) return;
    if (this.#isDraining) this.#leave();
    else this.#options.onIdle();
  }

  /** What was said is heard before the connection closes: unread bytes would turn the end into a reset that overtakes it. */
  #leave(): void {
    if (this.#cancelFarewell !== undefined) return;
    this.#outbox.flush();
    this.#leg.end();
    this.#cancelFarewell = this.#options.clock.after(FAREWELL_MS, () => this.reset());
  }

  #end(end: SessionEnd, cause: Error | undefined): void {
    if (this.#isOver) return;
    this.#parts.flush();
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelFarewell?.();
    this.#cancelLook?.();
    const streams = [...this.#fresh, ...this.#streams.values()];
    this.#fresh.clear();
    this.#streams.clear();
    for (const stream of streams) stream.fail(cause === undefined ? undefined : describe(cause));
    if (end.kind === 'violation') resetLeg(this.#leg);
    else if (!this.#leg.destroyed) {
      this.#outbox.flush();
      this.#leg.end();
      this.#leg.resume();
      const cancel = this.#options.clock.after(FAREWELL_MS, () => resetLeg(this.#leg));
      this.#leg.once('close', cancel);
    }
    this.#options.onEnd(end);
  }

  /** Nothing is read while too much is held that nobody reads. */
  #throttle(): void {
    if (this.#isOver) return;
    if (this.#options.budget.isSpent) {
      this.#leg.pause();
      this.#cancelLook ??= this.#options.clock.after(LOOK_MS, () => {
        this.#cancelLook = undefined;
        this.#throttle();
      });
    } else if (this.#leg.isPaused()) this.#leg.resume();
  }

  /** An error of our own ends this connection, and nothing else. */
  #contain(act: () => void): void {
    try {
      act();
    } catch (error) {
      // Nobody knows who still reads what was lent.
      this.#carrier.keep();
      surface(error);
      this.reset();
    }
  }
}

/** One error for many streams would be one for whoever changes it. */
function describe(cause: Error): Error {
  return Object.assign(new Error(cause.message, { cause }), { code: errorCode(cause) });
}
