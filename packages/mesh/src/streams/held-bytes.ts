/** Smaller pieces are put together: a piece of one byte would take a hundred. What is alone takes no more than it has. */
const BLOCK_BYTES = 8_192;

/** Bytes that nobody has read yet, in order, as copies: what they came in may be much larger. */
export class HeldBytes {
  #pieces: Buffer[] = [];
  /** What is used of the last piece. */
  #used = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(bytes: Buffer): void {
    this.#size += bytes.length;
    const last = this.#pieces.at(-1);
    if (last !== undefined && last.length - this.#used >= bytes.length) {
      last.set(bytes, this.#used);
      this.#used += bytes.length;
      return;
    }
    if (last !== undefined) this.#pieces[this.#pieces.length - 1] = last.subarray(0, this.#used);
    const piece = Buffer.allocUnsafeSlow(Math.max(bytes.length, last === undefined ? 0 : BLOCK_BYTES));
    piece.set(bytes);
    this.#pieces.push(piece);
    this.#used = bytes.length;
  }

  /** The first of them; undefined where there are none. */
  shift(): Buffer | undefined {
    const piece = this.#pieces.shift();
    if (piece === undefined) return undefined;
    const bytes = this.#pieces.length === 0 ? piece.subarray(0, this.#used) : piece;
    this.#size -= bytes.length;
    return bytes;
  }

  clear(): void {
    this.#pieces = [];
    this.#used = 0;
    this.#size = 0;
  }
}
