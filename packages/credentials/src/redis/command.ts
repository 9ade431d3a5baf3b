const CR = 0x0d;
const LF = 0x0a;
const ASTERISK = 0x2a;
const DOLLAR = 0x24;
const FOUR = 0x34;
const FIVE = 0x35;
const LETTER_A = 0x61;
const LETTER_H = 0x68;
const LOWER_CASE = 0x20;
/** More arguments than HELLO has. */
const MAX_ARGUMENTS = 16;
/** What Redis itself takes of a client that has not logged in. */
const MAX_ARGUMENT_BYTES = 16_384;
const MAX_HEADER_BYTES = 24;
/** Longer commands are no logins, and are not waited for. */
const MAX_LOGIN_BYTES = 20_000;

/** What begins at a place in a client's bytes. */
export type LoginReading =
  /** AUTH or HELLO, with its arguments; `end` is where the next command begins. */
  | { readonly kind: 'command'; readonly args: readonly Buffer[]; readonly end: number }
  /** It may yet become one of the two. */
  | { readonly kind: 'incomplete' }
  /** Any other command, or no RESP at all. */
  | { readonly kind: 'other' };

const OTHER: LoginReading = { kind: 'other' };
const INCOMPLETE: LoginReading = { kind: 'incomplete' };

/** Reads AUTH or HELLO at `at`, where a command begins; says as early as can be that it is another. */
export function readLogin(bytes: Buffer, at: number): LoginReading {
  if (at >= bytes.length) return INCOMPLETE;
  const reading = bytes[at] === ASTERISK ? readArray(bytes, at) : readInline(bytes, at);
  const end = reading.kind === 'command' ? reading.end : bytes.length;
  return end - at > MAX_LOGIN_BYTES ? OTHER : reading;
}

/** As a client sends it (RESP array of bulk strings). */
export function writeCommand(args: readonly (string | Uint8Array)[]): Buffer {
  const parts: Uint8Array[] = [Buffer.from(`*${args.length}\r\n`)];
  for (const arg of args) {
    const bytes = typeof arg === 'string' ? Buffer.from(arg) : arg;
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n'));
  }
  return Buffer.concat(parts);
}

/** The upper-case text of an argument that is a word. */
export function wordOf(arg: Buffer | undefined): string {
  return arg === undefined ? '' : arg.toString('latin1').toUpperCase();
}

/** Whether AUTH or HELLO may stand there; looks at a few bytes, because every command of a client is asked. */
function mayBeLogin(bytes: Buffer, name: number): boolean {
  const digit = bytes[name + 1];
  const letter = bytes[name + 4];
  if (name < bytes.length && bytes[name] !== DOLLAR) return false;
  if (digit !== undefined && digit !== FOUR && digit !== FIVE) return false;
  if (name + 2 < bytes.length && bytes[name + 2] !== CR) return false;
  return letter === undefined || (letter | LOWER_CASE) === (digit === FOUR ? LETTER_A : LETTER_H);
}

function readArray(bytes: Buffer, from: number): LoginReading {
  const name = bytes.indexOf(LF, from) + 1;
  if (name === 0) return bytes.length - from > MAX_HEADER_BYTES ? OTHER : INCOMPLETE;
  if (!mayBeLogin(bytes, name)) return OTHER;
  const header = readNumberLine(bytes, from);
  if (header === 'incomplete') return INCOMPLETE;
  if (header === 'malformed' || header.value > MAX_ARGUMENTS || header.value <= 0) return OTHER;
  const args: Buffer[] = [];
  let at = header.end;
  while (args.length < header.value) {
    if (at >= bytes.length) return INCOMPLETE;
    if (bytes[at] !== DOLLAR) return OTHER;
    const length = readNumberLine(bytes, at);
    if (length === 'incomplete') return INCOMPLETE;
    if (length === 'malformed' || length.value < 0 || length.value > MAX_ARGUMENT_BYTES) return OTHER;
    const end = length.end + length.value;
    if (end + 2 > bytes.length) return INCOMPLETE;
    args.push(bytes.subarray(length.end, end));
    if (!isLoginName(args[0])) return OTHER;
    at = end + 2;
  }
  return { kind: 'command', args, end: at };
}

/** A line of words, as people type it. */
function readInline(bytes: Buffer, from: number): LoginReading {
  const end = bytes.indexOf(LF, from);
  const line = bytes.subarray(from, end === -1 ? bytes.length : bytes[end - 1] === CR ? end - 1 : end);
  if (!mayBeginInline(line)) return OTHER;
  if (end === -1) return line.length > MAX_ARGUMENT_BYTES ? OTHER : INCOMPLETE;
  const args = splitLine(line.toString('latin1'));
  return isLoginName(args?.[0]) ? { kind: 'command', args: args ?? [], end: end + 1 } : OTHER;
}

/** Whether a line, of which no end may have come yet, may begin with a word that matters; else it need not be held. */
function mayBeginInline(line: Buffer): boolean {
  const word = /^\s*["']?([a-z]*)/i.exec(line.subarray(0, 64).toString('latin1'))?.[1]?.toUpperCase() ?? '';
  return ['AUTH', 'HELLO'].some((known) => known.startsWith(word) || word.startsWith(known));
}

function isLoginName(arg: Buffer | undefined): boolean {
  const name = arg === undefined || arg.length > 5 ? '' : wordOf(arg);
  return name === 'AUTH' || name === 'HELLO';
}

/** Words with quotes as redis-cli's; undefined where the quotes do not match. */
function splitLine(line: string): Buffer[] | undefined {
  const words: Buffer[] = [];
  const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\')*)'|([^\s"']+))(?=\s|$)/y;
  let at = 0;
  while (line.slice(at).trim() !== '') {
    pattern.lastIndex = at;
    const match = pattern.exec(line);
    if (match === null) return undefined;
    words.push(Buffer.from(match[1] ?? match[2] ?? match[3] ?? '', 'latin1'));
    at = pattern.lastIndex;
  }
  return words;
}

type NumberLine = { readonly value: number; readonly end: number } | 'incomplete' | 'malformed';

/** The number behind the type byte at `at`, and where its line ends. */
function readNumberLine(bytes: Buffer, at: number): NumberLine {
  const end = bytes.indexOf(LF, at);
  if (end === -1) return bytes.length - at > MAX_HEADER_BYTES ? 'malformed' : 'incomplete';
  const text = bytes.subarray(at + 1, bytes[end - 1] === CR ? end - 1 : end).toString('latin1');
  return /^-?\d{1,10}$/.test(text) ? { value: Number(text), end: end + 1 } : 'malformed';
}
