const CR = 0x0d;
const LF = 0x0a;
const ASTERISK = 0x2a;
const DOLLAR = 0x24;
/** More arguments than any command has with which a session begins. */
const MAX_ARGUMENTS = 16;
/** What Redis itself takes of a client that has not logged in. */
const MAX_ARGUMENT_BYTES = 16_384;
const MAX_HEADER_BYTES = 24;

/** What stands at the beginning of a client's bytes. */
export type CommandReading =
  | { readonly kind: 'command'; readonly args: readonly Buffer[]; readonly length: number }
  /** An empty line or array, to which Redis says nothing. */
  | { readonly kind: 'blank'; readonly length: number }
  /** It may yet become one of the commands with which a session begins. */
  | { readonly kind: 'incomplete' }
  /** Any other command, or no RESP at all. */
  | { readonly kind: 'other' };

const OTHER: CommandReading = { kind: 'other' };
const INCOMPLETE: CommandReading = { kind: 'incomplete' };

/** Reads AUTH, HELLO, CLIENT SETNAME or CLIENT SETINFO; says as early as can be that it is another command. */
export function readLeadingCommand(bytes: Buffer): CommandReading {
  if (bytes.length === 0) return INCOMPLETE;
  return bytes[0] === ASTERISK ? readArray(bytes) : readInline(bytes);
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

function readArray(bytes: Buffer): CommandReading {
  const header = readNumberLine(bytes, 0);
  if (header === 'incomplete') return INCOMPLETE;
  if (header === 'malformed' || header.value > MAX_ARGUMENTS) return OTHER;
  if (header.value <= 0) return { kind: 'blank', length: header.end };
  const args: Buffer[] = [];
  let at = header.end;
  while (args.length < header.value) {
    if (!canLead(args)) return OTHER;
    if (at >= bytes.length) return INCOMPLETE;
    if (bytes[at] !== DOLLAR) return OTHER;
    const length = readNumberLine(bytes, at);
    if (length === 'incomplete') return INCOMPLETE;
    if (length === 'malformed' || length.value < 0 || length.value > MAX_ARGUMENT_BYTES) return OTHER;
    const end = length.end + length.value;
    if (end + 2 > bytes.length) return INCOMPLETE;
    args.push(bytes.subarray(length.end, end));
    at = end + 2;
  }
  return canLead(args) ? { kind: 'command', args, length: at } : OTHER;
}

/** A line of words, as people type it. */
function readInline(bytes: Buffer): CommandReading {
  const end = bytes.indexOf(LF);
  if (end === -1) return bytes.length > MAX_ARGUMENT_BYTES || !mayLeadInline(bytes) ? OTHER : INCOMPLETE;
  const line = bytes.subarray(0, bytes[end - 1] === CR ? end - 1 : end).toString('latin1');
  const args = splitLine(line);
  if (args === undefined) return OTHER;
  if (args.length === 0) return { kind: 'blank', length: end + 1 };
  return canLead(args) && args.length > 0 && (wordOf(args[0]) !== 'CLIENT' || args.length > 1)
    ? { kind: 'command', args, length: end + 1 }
    : OTHER;
}

/** Whether a line of which no end has come yet may begin with a word that matters; else it need not be held. */
function mayLeadInline(bytes: Buffer): boolean {
  const word = /^\s*["']?([a-z]*)/i.exec(bytes.subarray(0, 64).toString('latin1'))?.[1]?.toUpperCase() ?? '';
  return ['AUTH', 'HELLO', 'CLIENT'].some((known) => known.startsWith(word) || word.startsWith(known));
}

function canLead(args: readonly Buffer[]): boolean {
  if (args.length === 0) return true;
  const name = wordOf(args[0]);
  if (name === 'AUTH' || name === 'HELLO') return true;
  if (name !== 'CLIENT') return false;
  return args.length === 1 || wordOf(args[1]) === 'SETNAME' || wordOf(args[1]) === 'SETINFO';
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
