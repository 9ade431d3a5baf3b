/** A frame's length stands before it. */
const LENGTH_BYTES = 4;
/** Children, their number times their names' length, and a node of 1 MiB fit. */
const MAX_FRAME_BYTES: number = 8 * 1024 * 1024;

/** Cuts a stream of bytes, in whatever pieces it comes, into frames. It holds one frame at most. */
export class FrameReader {
  readonly #length: Buffer = Buffer.alloc(LENGTH_BYTES);
  #lengthFilled = 0;
  #frame: Buffer | undefined;
  #filled = 0;

  /** Each whole frame without its length. Throws on a length that no frame has. */
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
      this.#lengthFilled = 0;
      this.#frame = undefined;
      yield frame;
    }
  }

  #begin(length: number): void {
    if (length < 1 || length > MAX_FRAME_BYTES) throw new Error(`an answer of ${length} bytes`);
    this.#frame = Buffer.allocUnsafe(length);
    this.#filled = 0;
  }
}
