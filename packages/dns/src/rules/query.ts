import { type Name, NameReader } from '@mdns-ambassador/mdns/wire';

/** RFC 1035 4.1.1, RFC 6891 6.1.3, RFC 6895 2.3 */
export const CODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const;
export type Code = keyof typeof CODES;

export const HEADER_BYTES = 12;
const QUESTION_TAIL_BYTES = 4;
const RECORD_TAIL_BYTES = 10;
const FLAG_RESPONSE = 0x8000;
const OPCODE_MASK = 0x7800;
const TYPE_OPT = 41;
/** RFC 1035 2.3.4, 4.2.1: what any resolver takes. */
export const PLAIN_BYTES = 512;

/** What a message says before it is understood. */
export interface QueryHead {
  readonly id: number;
  readonly flags: number;
}

/** How large a datagram the asker takes, and which version it speaks (RFC 6891). */
interface Edns {
  readonly payloadBytes: number;
  readonly version: number;
}

export interface Query extends QueryHead {
  /** In the case in which it was asked. */
  readonly name: Name;
  readonly type: number;
  readonly class: number;
  /** The question's own bytes: an answer repeats them to the bit. */
  readonly question: Uint8Array;
  readonly edns: Edns | undefined;
}

export type QueryRead =
  | { readonly kind: 'query'; readonly query: Query }
  /** An error is the answer; `edns` where the asker speaks it. */
  | { readonly kind: 'faulty'; readonly head: QueryHead; readonly code: Code }
  /** No answer: it is none of a query's beginnings, or an answer itself, which would go to and fro. */
  | { readonly kind: 'none' };

/** Reads one query. Never throws; what is read is bounded by the bytes. */
export function readQuery(bytes: Uint8Array): QueryRead {
  if (bytes.length < HEADER_BYTES) return { kind: 'none' };
  const head = { id: uint16(bytes, 0), flags: uint16(bytes, 2) };
  if ((head.flags & FLAG_RESPONSE) !== 0) return { kind: 'none' };
  if ((head.flags & OPCODE_MASK) !== 0) return { kind: 'faulty', head, code: 'NOTIMP' };
  // RFC 9619: a query has one question.
  if (uint16(bytes, 4) !== 1) return { kind: 'faulty', head, code: 'FORMERR' };
  const names = new NameReader(bytes);
  const { name, next } = names.read(HEADER_BYTES, bytes.length);
  if (name === undefined || next === undefined || next + QUESTION_TAIL_BYTES > bytes.length) {
    return { kind: 'faulty', head, code: 'FORMERR' };
  }
  const end = next + QUESTION_TAIL_BYTES;
  const records = uint16(bytes, 6) + uint16(bytes, 8) + uint16(bytes, 10);
  const edns = readEdns(bytes, names, end, records);
  if (edns === 'broken') return { kind: 'faulty', head, code: 'FORMERR' };
  const question = bytes.slice(HEADER_BYTES, end);
  return {
    kind: 'query',
    query: { ...head, name, type: uint16(bytes, next), class: uint16(bytes, next + 2), question, edns },
  };
}

/** The OPT record among those that follow; RFC 6891 6.1.1: one at most, of the root. Nothing may be left over. */
function readEdns(bytes: Uint8Array, names: NameReader, start: number, count: number): Edns | undefined | 'broken' {
  let at = start;
  let edns: Edns | undefined;
  for (let read = 0; read < count; read++) {
    const { name, next } = names.read(at, bytes.length);
    if (name === undefined || next === undefined || next + RECORD_TAIL_BYTES > bytes.length) return 'broken';
    at = next + RECORD_TAIL_BYTES + uint16(bytes, next + 8);
    if (at > bytes.length) return 'broken';
    if (uint16(bytes, next) !== TYPE_OPT) continue;
    if (edns !== undefined || name.length > 0) return 'broken';
    edns = { payloadBytes: Math.max(PLAIN_BYTES, uint16(bytes, next + 2)), version: bytes[next + 5] ?? 0 };
  }
  return at === bytes.length ? edns : 'broken';
}

function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
