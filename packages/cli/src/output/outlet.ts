import type { PrinterStream } from './printer.ts';

/** Of what a reader has not taken yet, so much is kept (UTF-16 units). */
const MAX_UNREAD = 1_048_576;
const READER_LEFT = 'nobody read it';

/** Where an outlet writes. */
export interface OutletStream extends Omit<PrinterStream, 'write'> {
  /** What was written and has not left. */
  readonly writableLength: number;
  /** Says later, or at once, whether it was written. May not throw. */
  write(text: string, onWritten: (error?: NodeJS.ErrnoException | null) => void): unknown;
}

/**
 * Standard output or standard error, which may fail (a full disk, a terminal that was closed) or have a reader who does not read: who
 * writes is never held up by it, and never hears of it. What could not be written is counted, and told as soon as something can be.
 */
export class Outlet implements PrinterStream {
  readonly #stream: OutletStream;
  readonly #now: () => number;
  #unheard = 0;
  #reason = '';
  #isTelling = false;

  /** `now`: milliseconds since 1970, for the log's own lines. */
  constructor(stream: OutletStream, now: () => number) {
    this.#stream = stream;
    this.#now = now;
  }

  get isTTY(): boolean {
    return this.#stream.isTTY === true;
  }

  get columns(): number | undefined {
    return this.#stream.columns;
  }

  get rows(): number | undefined {
    return this.#stream.rows;
  }

  /** Lines that nobody could read. */
  get unheard(): number {
    return this.#unheard;
  }

  /** Why they could not; empty while all were written. */
  get reason(): string {
    return this.#reason;
  }

  /** Whoever read it has left: what failed last failed for that. */
  get hasLostReader(): boolean {
    return this.#reason === READER_LEFT;
  }

  /** One line or several, each with its end. */
  write(text: string): void {
    const lines = text.split('\n').length - 1;
    if (this.#stream.writableLength > MAX_UNREAD) {
      this.#miss(lines, 'nobody reads it');
      return;
    }
    if (this.#unheard === 0 || this.#isTelling) {
      this.#stream.write(text, (error) => {
        if (error) this.#miss(lines, describeFailure(error));
      });
      return;
    }
    const told = this.#unheard;
    this.#isTelling = true;
    // What failed may have left half a line.
    this.#stream.write(`\n${this.#describeLoss(told, text)}\n${text}`, (error) => {
      this.#isTelling = false;
      if (error) this.#miss(lines, describeFailure(error));
      else this.#unheard -= told;
    });
  }

  #miss(lines: number, reason: string): void {
    this.#unheard += lines;
    this.#reason = reason;
  }

  /** In the form of what comes next: a line of the log, a fact, or words. */
  #describeLoss(lines: number, next: string): string {
    const reason = this.#reason;
    if (next.startsWith('{"level":')) {
      return JSON.stringify({ level: 40, time: this.#now(), lines, reason, msg: 'lines could not be written' });
    }
    if (next.startsWith('{')) return JSON.stringify({ event: 'lines-lost', lines, reason });
    return `(${lines} lines could not be written: ${reason})`;
  }
}

function describeFailure({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'no space was left';
    case 'EIO':
      return 'the terminal was gone';
    case 'EPIPE':
    case 'ECONNRESET':
      return READER_LEFT;
    default:
      return code ?? message;
  }
}
