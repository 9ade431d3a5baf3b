/** What a frame says. `data` of one frame may come in several parts, as they arrive. */
export type Frame =
  /** The end that dialled begins a stream; `bytes` are its first. */
  | { readonly kind: 'open'; readonly stream: number; readonly bytes: Buffer }
  | { readonly kind: 'data'; readonly stream: number; readonly bytes: Buffer }
  /** The receiver has done with so many bytes: as many more may come. */
  | { readonly kind: 'window'; readonly stream: number; readonly bytes: number }
  /** No more comes this way. */
  | { readonly kind: 'end'; readonly stream: number }
  | { readonly kind: 'reset'; readonly stream: number }
  /** No more streams are to be opened here; what is open goes on. */
  | { readonly kind: 'drain' }
  /** To be answered with a pong at once. */
  | { readonly kind: 'ping' }
  | { readonly kind: 'pong' };

export type FrameKind = Frame['kind'];

/** Why a connection is ended: what its peer said is none of this protocol, or more than it may. For people, after "it". */
export type Violation =
  | 'sent a frame of a kind that does not exist'
  | 'sent a frame of a length that its kind does not have'
  | 'sent a frame of a stream that it cannot be about'
  | 'sent more than its window let it'
  | 'granted more than a window can hold'
  | 'opened more streams than there may be'
  | 'sent on a stream that it had ended'
  | 'does not read what it asked for';

/** One byte of kind, three of length, four of the stream's number; of a whole connection it is 0. */
export const HEADER_BYTES = 8;
export const MAX_DATA_BYTES = 65_536;
/** A large frame is four full records of TLS, and as much as the relay reads at once for a stream. */
export const LARGE_DATA_BYTES: number = MAX_DATA_BYTES - HEADER_BYTES;
/** A request fits (CONTRACT 4). */
export const MAX_OPEN_BYTES = 512;
const WINDOW_BYTES = 4;
export const MAX_STREAM = 0x7fff_ffff;

const KINDS: readonly FrameKind[] = ['open', 'data', 'window', 'end', 'reset', 'drain', 'ping', 'pong'];
/** Least and most bytes after the header. */
const LENGTHS: Readonly<Record<FrameKind, readonly [least: number, most: number]>> = {
  open: [0, MAX_OPEN_BYTES],
  data: [1, MAX_DATA_BYTES],
  window: [WINDOW_BYTES, WINDOW_BYTES],
  end: [0, 0],
  reset: [0, 0],
  drain: [0, 0],
  ping: [0, 0],
  pong: [0, 0],
};
const OF_CONNECTION: ReadonlySet<FrameKind> = new Set(['drain', 'ping', 'pong']);

/** The header alone: `length` bytes are to follow. */
export function encodeHeader(kind: FrameKind, stream: number, length: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  writeHeader(header, kind, stream, length);
  return header;
}

/** A whole frame with a copy of these bytes. */
export function encodeFrame(kind: FrameKind, stream = 0, bytes?: Uint8Array): Buffer {
  const length = bytes?.length ?? 0;
  const frame = Buffer.allocUnsafe(HEADER_BYTES + length);
  writeHeader(frame, kind, stream, length);
  if (bytes !== undefined) frame.set(bytes, HEADER_BYTES);
  return frame;
}

export function encodeWindow(stream: number, bytes: number): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + WINDOW_BYTES);
  writeHeader(frame, 'window', stream, WINDOW_BYTES);
  frame.writeUInt32BE(bytes, HEADER_BYTES);
  return frame;
}

function writeHeader(into: Buffer, kind: FrameKind, stream: number, length: number): void {
  into.writeUInt32BE(KINDS.indexOf(kind) * 0x100_0000 + length, 0);
  into.writeUInt32BE(stream, 4);
}

/** Reads frames out of chunks, however they are cut. Holds a header at most. Pure. */
export class StreamFrameReader {
  readonly #head = Buffer.alloc(HEADER_BYTES + WINDOW_BYTES);
  #headLength = 0;
  /** Of the payload whose parts are handed on. */
  #left = 0;
  #stream = 0;

  /** Of the payload of which a part was handed on last, so much is to come. */
  get left(): number {
    return this.#left;
  }

  /**
   * `take` is called for each frame, with parts of `chunk` that are not copied; it says whether to go on. Returns why the rest is not
   * read, if that is so: nothing more is to be pushed then.
   */
  push(chunk: Buffer, take: (frame: Frame) => boolean): Violation | undefined {
    for (let at = 0; at < chunk.length; ) {
      if (this.#left > 0) {
        const end = Math.min(chunk.length, at + this.#left);
        this.#left -= end - at;
        const bytes = chunk.subarray(at, end);
        at = end;
        if (!take({ kind: 'data', stream: this.#stream, bytes })) return undefined;
        continue;
      }
      const missing = this.#wantedHead() - this.#headLength;
      const taken = Math.min(missing, chunk.length - at);
      chunk.copy(this.#head, this.#headLength, at, at + taken);
      this.#headLength += taken;
      at += taken;
      if (taken < missing || this.#headLength < this.#wantedHead()) continue;
      const read = this.#readHead();
      if (typeof read === 'string') return read;
      this.#headLength = 0;
      const frame = this.#begin(read, chunk, at);
      if (frame === undefined) continue;
      if (frame.kind === 'open') at += frame.bytes.length;
      if (!take(frame)) return undefined;
    }
    return undefined;
  }

  /** A window's payload is read as a part of its header. */
  #wantedHead(): number {
    const isWindow = this.#headLength >= HEADER_BYTES && KINDS[this.#head[0] ?? 0] === 'window';
    return isWindow ? HEADER_BYTES + WINDOW_BYTES : HEADER_BYTES;
  }

  #readHead(): Head | Violation {
    const kind = KINDS[this.#head[0] ?? 0];
    if (kind === undefined) return 'sent a frame of a kind that does not exist';
    const length = this.#head.readUIntBE(1, 3);
    const [least, most] = LENGTHS[kind];
    if (length < least || length > most) return 'sent a frame of a length that its kind does not have';
    const stream = this.#head.readUInt32BE(4);
    const isOfConnection = OF_CONNECTION.has(kind);
    if (stream > MAX_STREAM || (stream === 0) !== isOfConnection)
      return 'sent a frame of a stream that it cannot be about';
    return { kind, stream, length };
  }

  /** Undefined where the payload is all there is to hand on. */
  #begin({ kind, stream, length }: Head, chunk: Buffer, at: number): Frame | undefined {
    switch (kind) {
      case 'open': {
        const bytes = chunk.subarray(at, Math.min(chunk.length, at + length));
        this.#left = length - bytes.length;
        this.#stream = stream;
        return { kind, stream, bytes };
      }
      case 'data':
        this.#left = length;
        this.#stream = stream;
        return undefined;
      case 'window':
        return { kind, stream, bytes: this.#head.readUInt32BE(HEADER_BYTES) };
      case 'end':
      case 'reset':
        return { kind, stream };
      case 'drain':
      case 'ping':
      case 'pong':
        return { kind };
      default:
        return kind satisfies never;
    }
  }
}

interface Head {
  readonly kind: FrameKind;
  readonly stream: number;
  readonly length: number;
}
