const CR = 0x0d;
const LF = 0x0a;
const ASTERISK = 0x2a;
const DOLLAR = 0x24;
/** Longer words than this are none of those that matter. */
const KEPT_BYTES = 8;
/** Of a command of this name the next words are kept as well. */
const KEPT_WITH_WORDS = 'CLIENT';
const MAX_KEPT_WORDS = 3;
const KEPT_LINE = 64;
const MAX_NUMBER_BYTES = 12;

type CommandScanState =
  | { readonly kind: 'start' }
  /** A line that begins with `*` or `$`. */
  | { readonly kind: 'header'; readonly of: 'array' | 'bulk'; text: string }
  | { readonly kind: 'inline'; text: string }
  /** `keptLeft` of it is a word that is kept. */
  | { readonly kind: 'payload'; left: number; keptLeft: number };

/** A command that has ended. */
export interface ScannedCommand {
  /** Upper-case; empty for longer names than matter. */
  readonly name: string;
  readonly argumentCount: number;
  /** Of CLIENT: upper-case, what comes behind the name; empty for more or longer words than matter. */
  readonly words: string;
  /** Where in the chunk the next one begins. */
  readonly end: number;
}

/** Finds where a client's commands end and what they are called, in chunks of any size, without keeping them. */
export class CommandScanner {
  #state: CommandScanState = { kind: 'start' };
  #arguments = 0;
  #left = 0;
  #kept: string[] = [];
  #isLost = false;

  /** It was no RESP: from then on nothing is found. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** What comes next is the beginning of a command. */
  get isBetween(): boolean {
    return this.#state.kind === 'start' && this.#left === 0;
  }

  /** Goes on in the chunk from `at` until a command ends, or the chunk does. */
  advance(chunk: Buffer, at: number): ScannedCommand | undefined {
    let next = at;
    while (next < chunk.length && !this.#isLost) {
      const state = this.#state;
      switch (state.kind) {
        case 'start':
          next = this.#begin(chunk, next);
          break;
        case 'header': {
          const end = takeLine(state, chunk, next, MAX_NUMBER_BYTES);
          next = end.next;
          if (end.isComplete && this.#endHeader(state)) return this.#finish(next);
          break;
        }
        case 'inline': {
          const end = takeLine(state, chunk, next, KEPT_LINE);
          next = end.next;
          if (end.isComplete) {
            const words = state.text.trim().split(/\s+/);
            // Of a longer line the end is not known.
            this.#kept = state.text.length < KEPT_LINE ? words : [];
            this.#arguments = words.length;
            return this.#finish(next);
          }
          break;
        }
        case 'payload':
          next = this.#readPayload(state, chunk, next);
          if (state.left === 0 && this.#left === 0) return this.#finish(next);
          break;
        default:
          state satisfies never;
      }
    }
    return undefined;
  }

  #begin(chunk: Buffer, at: number): number {
    const byte = chunk[at];
    if (this.#left > 0) {
      if (byte !== DOLLAR) this.#isLost = true;
      this.#state = { kind: 'header', of: 'bulk', text: '' };
      return at + 1;
    }
    if (byte !== ASTERISK) {
      this.#state = { kind: 'inline', text: '' };
      return at;
    }
    this.#state = { kind: 'header', of: 'array', text: '' };
    return at + 1;
  }

  /** True when the command has ended with it. */
  #endHeader({ of, text }: Extract<CommandScanState, { kind: 'header' }>): boolean {
    if (!/^-?\d{1,10}$/.test(text)) {
      this.#isLost = true;
      return false;
    }
    const value = Number(text);
    this.#state = { kind: 'start' };
    if (of === 'array') {
      this.#arguments = Math.max(0, value);
      this.#left = this.#arguments;
      return this.#left === 0;
    }
    if (value < 0) this.#isLost = true;
    const isKept = this.#isWordKept(this.#arguments - this.#left);
    if (isKept) this.#kept.push('');
    this.#left -= 1;
    this.#state = { kind: 'payload', left: value + 2, keptLeft: isKept ? value : 0 };
    return false;
  }

  #readPayload(state: Extract<CommandScanState, { kind: 'payload' }>, chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + state.left);
    if (state.keptLeft > 0) {
      const keptEnd = Math.min(end, at + state.keptLeft);
      const word = this.#kept.pop() ?? '';
      this.#kept.push(
        word.length > KEPT_BYTES ? word : word + chunk.toString('latin1', at, Math.min(keptEnd, at + KEPT_BYTES + 1)),
      );
      state.keptLeft -= keptEnd - at;
    }
    state.left -= end - at;
    if (state.left === 0) this.#state = { kind: 'start' };
    return end;
  }

  #isWordKept(index: number): boolean {
    return index === 0 || (index < MAX_KEPT_WORDS && this.#kept[0]?.toUpperCase() === KEPT_WITH_WORDS);
  }

  #finish(end: number): ScannedCommand {
    const [first = ''] = this.#kept;
    const name = first.length > KEPT_BYTES ? '' : first.toUpperCase();
    const argumentCount = this.#arguments;
    this.#state = { kind: 'start' };
    this.#arguments = 0;
    this.#left = 0;
    const hasWords = name === KEPT_WITH_WORDS && argumentCount <= MAX_KEPT_WORDS;
    const words = hasWords ? this.#kept.slice(1).join(' ').toUpperCase() : '';
    this.#kept = [];
    return { name, argumentCount, words, end };
  }
}

/** Adds to the text what the chunk has of the line, up to `limit` bytes. */
function takeLine(
  state: { text: string },
  chunk: Buffer,
  at: number,
  limit: number,
): { readonly next: number; readonly isComplete: boolean } {
  const lineEnd = chunk.indexOf(LF, at);
  const next = lineEnd === -1 ? chunk.length : lineEnd + 1;
  const textEnd = lineEnd === -1 ? chunk.length : lineEnd;
  if (state.text.length < limit) {
    state.text = (state.text + chunk.toString('latin1', at, Math.min(textEnd, at + limit))).slice(0, limit);
  }
  if (lineEnd !== -1 && state.text.charCodeAt(state.text.length - 1) === CR) state.text = state.text.slice(0, -1);
  return { next, isComplete: lineEnd !== -1 };
}
