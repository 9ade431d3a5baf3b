const NEWLINE = 0x0a;

export type LineState =
  | { readonly kind: 'more' }
  /** `line` without its end; `rest` came after it. */
  | { readonly kind: 'line'; readonly line: Buffer; readonly rest: Buffer }
  | { readonly kind: 'too-long' };

/** Collects one line, in whatever pieces it comes, of `maxBytes` at most with its end. */
export class LineBuffer {
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Not to be called again after anything but `more`. */
  push(chunk: Buffer): LineState {
    const end = chunk.indexOf(NEWLINE);
    const taken = end < 0 ? chunk.length : end + 1;
    if (this.#length + taken > this.#maxBytes) return { kind: 'too-long' };
    if (end < 0) {
      // A copy: the chunk may be lent.
      this.#chunks.push(Buffer.from(chunk));
      this.#length += chunk.length;
      return this.#length === this.#maxBytes ? { kind: 'too-long' } : { kind: 'more' };
    }
    const line = Buffer.concat([...this.#chunks, chunk.subarray(0, end)]);
    return { kind: 'line', line, rest: Buffer.from(chunk.subarray(end + 1)) };
  }
}
