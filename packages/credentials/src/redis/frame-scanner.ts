const CR = 0x0d;
const LF = 0x0a;
const ZERO = 0x30;
const NINE = 0x39;
const MINUS = 0x2d;
/** So much of a top-level line is kept to be looked at. */
const KEPT_BYTES = 128;
const MAX_NUMBER_DIGITS = 10;

/** How a type byte is followed. */
type Shape = 'line' | 'bulk' | 'array' | 'map' | 'attribute';

const TYPES: readonly (readonly [shape: Shape, types: string])[] = [
  ['line', '+-:_,#('],
  ['bulk', '$!='],
  ['array', '*~>'],
  ['map', '%'],
  ['attribute', '|'],
];
const SHAPES: ReadonlyMap<number, Shape> = new Map(
  TYPES.flatMap(([shape, types]) => [...Buffer.from(types)].map((type) => [type, shape] as const)),
);

type FrameScanState =
  | { readonly kind: 'type' }
  /** Within a line whose text decides nothing. */
  | { readonly kind: 'line' }
  | { readonly kind: 'number'; readonly shape: Shape; value: number; digits: number; isNegative: boolean }
  | { readonly kind: 'payload'; left: number };

/** One top-level frame that has ended. */
export interface RedisFrame {
  /** `+`, `-`, `>` ... */
  readonly type: string;
  /** The beginning of the first line behind the type, of simple strings and errors only. */
  readonly line: string;
  /** Where in the chunk the next one begins. */
  readonly end: number;
}

/** Finds where RESP2 and RESP3 frames end, in chunks of any size, without keeping them. */
export class FrameScanner {
  #state: FrameScanState = { kind: 'type' };
  /** Elements to come until the top-level frame ends. */
  #left = 1;
  #type = 0;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #isLost = false;

  /** It was no RESP: from then on nothing is found. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Goes on in the chunk from `at` until a top-level frame ends, or the chunk does. */
  advance(chunk: Buffer, at: number): RedisFrame | undefined {
    let next = at;
    while (next < chunk.length && !this.#isLost) {
      next = this.#step(chunk, next);
      if (this.#left === 0 && this.#state.kind === 'type') return this.#finish(next);
    }
    return undefined;
  }

  #step(chunk: Buffer, at: number): number {
    const state = this.#state;
    switch (state.kind) {
      case 'type':
        return this.#readType(chunk, at);
      case 'line':
        return this.#readLine(chunk, at);
      case 'number':
        return this.#readNumber(state, chunk, at);
      case 'payload': {
        const taken = Math.min(state.left, chunk.length - at);
        state.left -= taken;
        if (state.left === 0) this.#state = { kind: 'type' };
        return at + taken;
      }
      default:
        return state satisfies never;
    }
  }

  #readType(chunk: Buffer, at: number): number {
    const type = chunk[at] ?? 0;
    const shape = SHAPES.get(type);
    if (shape === undefined) {
      this.#isLost = true;
      return chunk.length;
    }
    if (this.#type === 0) this.#type = type;
    this.#state =
      shape === 'line' ? { kind: 'line' } : { kind: 'number', shape, value: 0, digits: 0, isNegative: false };
    return at + 1;
  }

  #readLine(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(LF, at);
    const stop = end === -1 ? chunk.length : end + 1;
    this.#keep(chunk.subarray(at, stop));
    if (end !== -1) this.#endElement(0);
    return stop;
  }

  #readNumber(state: Extract<FrameScanState, { kind: 'number' }>, chunk: Buffer, at: number): number {
    let next = at;
    while (next < chunk.length) {
      const byte = chunk[next] ?? 0;
      next += 1;
      if (byte >= ZERO && byte <= NINE && state.digits < MAX_NUMBER_DIGITS) {
        state.value = state.value * 10 + byte - ZERO;
        state.digits += 1;
      } else if (byte === MINUS && state.digits === 0 && !state.isNegative) state.isNegative = true;
      else if (byte === LF && state.digits > 0) {
        this.#endNumber(state.shape, state.isNegative ? -state.value : state.value);
        return next;
      } else if (byte !== CR) {
        this.#isLost = true;
        return chunk.length;
      }
    }
    return next;
  }

  #endNumber(shape: Shape, value: number): void {
    switch (shape) {
      case 'bulk':
        this.#endElement(0);
        if (value >= 0) this.#state = { kind: 'payload', left: value + 2 };
        return;
      case 'array':
        this.#endElement(Math.max(0, value));
        return;
      case 'map':
        this.#endElement(2 * Math.max(0, value));
        return;
      case 'attribute':
        // It stands before the element to which it belongs, and is none itself.
        this.#endElement(2 * Math.max(0, value) + 1);
        return;
      case 'line':
        return;
      default:
        shape satisfies never;
    }
  }

  #endElement(children: number): void {
    this.#left += children - 1;
    this.#state = { kind: 'type' };
  }

  #keep(part: Buffer): void {
    if (this.#keptBytes >= KEPT_BYTES || this.#left !== 1) return;
    const kept = Buffer.from(part.subarray(0, KEPT_BYTES - this.#keptBytes));
    this.#kept.push(kept);
    this.#keptBytes += kept.length;
  }

  #finish(end: number): RedisFrame {
    const type = String.fromCharCode(this.#type);
    const isLine = type === '+' || type === '-';
    const line = isLine
      ? Buffer.concat(this.#kept)
          .toString('latin1')
          .replace(/\r?\n$/, '')
      : '';
    this.#left = 1;
    this.#type = 0;
    this.#kept = [];
    this.#keptBytes = 0;
    return { type, line, end };
  }
}
