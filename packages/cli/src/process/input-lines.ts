import { createInterface, type Interface } from 'node:readline';

/** Lines longer than this are no answers. */
const MAX_CHARACTERS = 1_000;
/** Typed ahead. */
const MAX_LINES = 64;

/** The lines of standard input, which the terminal lets people edit, one asked for at a time. */
export class InputLines {
  readonly #reader: Interface;
  readonly #input: NodeJS.ReadableStream;
  readonly #lines: string[] = [];
  #hasEnded = false;
  #wake = (): void => undefined;

  /** They end, too, as soon as the signal is aborted. */
  constructor(input: NodeJS.ReadableStream, signal: AbortSignal) {
    this.#input = input;
    this.#reader = createInterface({ input, terminal: false });
    this.#reader.on('line', (line) => {
      if (this.#lines.length < MAX_LINES) this.#lines.push(line.slice(0, MAX_CHARACTERS));
      this.#wake();
    });
    this.#reader.once('close', () => this.#end());
    signal.addEventListener('abort', () => this.close(), { once: true });
    if (signal.aborted) this.close();
  }

  /** The next line; undefined at the end. */
  async next(): Promise<string | undefined> {
    if (this.#lines.length === 0 && !this.#hasEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#lines.shift();
  }

  /** Reads no more. Idempotent. */
  close(): void {
    this.#end();
    this.#reader.close();
    this.#input.pause();
  }

  #end(): void {
    this.#hasEnded = true;
    this.#wake();
  }
}
