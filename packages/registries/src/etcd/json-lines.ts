/** A watch event holds one value, and its previous one is not asked for. */
const MAX_LINE_CHARACTERS = 16 * 1024 * 1024;

/** Cuts a stream of text, in whatever pieces it comes, into JSON documents that stand on a line each. */
export class JsonLines {
  readonly #onDocument: (document: unknown) => void;
  #rest = '';

  constructor(onDocument: (document: unknown) => void) {
    this.#onDocument = onDocument;
  }

  /** Throws on a line that is no JSON or too long. */
  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > MAX_LINE_CHARACTERS) throw new Error('the answer has a line that is too long');
    for (const line of lines) if (line.trim() !== '') this.#onDocument(parseJson(line));
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
