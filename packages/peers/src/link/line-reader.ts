const NEWLINE = 0x0a;

/** Cuts a stream of bytes into lines, none longer than its bound. */
export class LineReader {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that `chunk` completes, without their ends; undefined once a line is too long, and from then on. */
  push(chunk: Uint8Array): readonly string[] | undefined {
    const lines: string[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      if (!this.#take(chunk.subarray(from, end))) return undefined;
      lines.push(Buffer.concat(this.#parts).toString('utf8'));
      this.#parts = [];
      this.#length = 0;
      from = end + 1;
    }
    return this.#take(chunk.subarray(from)) ? lines : undefined;
  }

  /** A copy: whoever gave the bytes may write over them. */
  #take(bytes: Uint8Array): boolean {
    this.#length += bytes.length;
    if (this.#length > this.#maxBytes) {
      this.#parts = [];
      return false;
    }
    if (bytes.length > 0) this.#parts.push(Buffer.from(bytes));
    return true;
  }
}
