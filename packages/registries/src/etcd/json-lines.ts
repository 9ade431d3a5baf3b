/** A watch event holds one value, and its previous one is not asked for. */
const MAX_LINE_CHARACTERS = 16 * 1024 * 1024;

/** Small pieces of one line that are kept apart before they become one block; a line is put together once. */
const MAX_PIECES = 1_024;

/** Cuts a stream of text, in whatever pieces it comes, into JSON documents that stand on a line each. */
export class JsonLines {
  readonly #onDocument: (document: unknown) => void;
  /** Of the line that is not whole yet: its beginning, and what follows. */
  #blocks: string[] = [];
  #pieces: string[] = [];
  #length = 0;

  constructor(onDocument: (document: unknown) => void) {
    this.#onDocument = onDocument;
  }

  /** Throws on a line that is no JSON or too long. */
  push(text: string): void {
    const [end = '', ...lines] = text.split('\n');
    this.#keep(end);
    for (const next of lines) {
      const line = [...this.#blocks, ...this.#pieces].join('');
      this.#blocks = [];
      this.#pieces = [];
      this.#length = 0;
      if (line.trim() !== '') this.#onDocument(parseJson(line));
      this.#keep(next);
    }
  }

  #keep(piece: string): void {
    this.#length += piece.length;
    if (this.#length > MAX_LINE_CHARACTERS) throw new Error('the answer has a line that is too long');
    if (piece !== '') this.#pieces.push(piece);
    if (this.#pieces.length < MAX_PIECES) return;
    this.#blocks.push(this.#pieces.join(''));
    this.#pieces = [];
  }
}

/** Throws an error that says what was expected. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error("this is no JSON: is it etcd's client URL?", { cause });
  }
}
