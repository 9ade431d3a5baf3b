/** A frame's length stands before it. */
const LENGTH_BYTES = 4;
/** Children, their number times their names' length, and a node of 1 MiB fit. */
const MAX_FRAME_BYTES: number = 8 * 1024 * 1024;
/** xid, zxid, error: before every reply but the first. */
const REPLY_HEADER_BYTES = 16;
/** Protocol version, session timeout and session id stand before the password. */
const PASSWORD_OFFSET: number = 4 + 4 + 8;
/** ZooKeeper's own are 16 bytes. */
const MAX_PASSWORD_BYTES = 64;
/** Names of one folder: where there are more, they are no places of a service. */
const MAX_CHILDREN = 65_536;

/** Numbers of ZooKeeper's operations, whose replies hold lengths. */
export const GET_DATA = 4;
export const GET_CHILDREN = 12;

/** Cuts a stream of bytes, in whatever pieces it comes, into frames. It holds one frame at most. */
export class FrameReader {
  readonly #length: Buffer = Buffer.alloc(LENGTH_BYTES);
  #lengthFilled = 0;
  #frame: Buffer | undefined;
  #filled = 0;

  /** Each whole frame with its length before it. Throws on a length that no frame has. */
  *read(bytes: Uint8Array): Generator<Buffer> {
    for (let offset = 0; offset < bytes.length; ) {
      if (this.#frame === undefined) {
        const taken = bytes.subarray(offset, offset + LENGTH_BYTES - this.#lengthFilled);
        this.#length.set(taken, this.#lengthFilled);
        this.#lengthFilled += taken.length;
        offset += taken.length;
        if (this.#lengthFilled < LENGTH_BYTES) return;
        this.#begin(this.#length.readInt32BE());
        continue;
      }
      const taken = bytes.subarray(offset, offset + this.#frame.length - this.#filled);
      this.#frame.set(taken, this.#filled);
      this.#filled += taken.length;
      offset += taken.length;
      if (this.#filled < this.#frame.length) return;
      const frame = this.#frame;
      this.clear();
      yield frame;
    }
  }

  /** Another stream begins. */
  clear(): void {
    this.#lengthFilled = 0;
    this.#frame = undefined;
  }

  #begin(length: number): void {
    if (length < 1 || length > MAX_FRAME_BYTES) throw new Error(`an answer of ${length} bytes`);
    this.#frame = Buffer.allocUnsafe(LENGTH_BYTES + length);
    this.#frame.set(this.#length);
    this.#filled = LENGTH_BYTES;
  }
}

/** Throws where the answer to the request for a session claims more than it holds. */
export function checkSessionFrame(frame: Buffer): void {
  const claimed = frame.readInt32BE(LENGTH_BYTES + PASSWORD_OFFSET);
  if (claimed > MAX_PASSWORD_BYTES) throw new Error(`a password of ${claimed} bytes`);
  requireInside(frame, LENGTH_BYTES + PASSWORD_OFFSET + 4, claimed);
}

/** Throws where a reply claims more than it holds: `operation` is that of the oldest request which waits for one. */
export function checkReplyFrame(frame: Buffer, operation: number | undefined): void {
  const start = LENGTH_BYTES + REPLY_HEADER_BYTES;
  const hasFailed = frame.readInt32BE(start - 4) !== 0;
  // Below 0 are answers to pings, and what nobody asked for.
  if (frame.readInt32BE(LENGTH_BYTES) < 0 || hasFailed) return;
  if (operation === GET_DATA) requireInside(frame, start + 4, frame.readInt32BE(start));
  if (operation === GET_CHILDREN) checkChildren(frame, start);
}

function checkChildren(frame: Buffer, start: number): void {
  const count = frame.readInt32BE(start);
  if (count > MAX_CHILDREN) throw new Error(`a folder of ${count} nodes`);
  let offset = start + 4;
  for (let index = 0; index < count; index++) {
    const length = frame.readInt32BE(offset);
    requireInside(frame, offset + 4, length);
    offset += 4 + Math.max(0, length);
  }
}

/** -1 stands for what is not there. */
function requireInside(frame: Buffer, offset: number, length: number): void {
  if (length < -1 || offset + length > frame.length) throw new Error(`${length} bytes within ${frame.length}`);
}
