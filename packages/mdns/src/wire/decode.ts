import { formatIpv4, formatIpv6 } from './address.ts';
import {
  CLASS_ANY,
  CLASS_IN,
  CLASS_TOP_BIT,
  FLAG_RESPONSE,
  FLAG_TRUNCATED,
  OPCODE_MASK,
  RCODE_MASK,
} from './header.ts';
import { HEADER_BYTES, MAX_PACKET_BYTES } from './limits.ts';
import type { Message, Question } from './message.ts';
import type { Name } from './name.ts';
import { NameReader } from './read-name.ts';
import { type RecordData, type ResourceRecord, TYPE_CODES } from './record.ts';

const QUESTION_TAIL_BYTES = 4;
const RECORD_TAIL_BYTES = 10;
const SRV_FIXED_BYTES = 6;
/** EDNS0 and the owner option (RFC 6891): no record of class IN. */
const TYPE_OPT = 41;
/** Of one packet, each once. 9000 bytes hold 1,490, and each costs a look; a full Ethernet frame of the shortest names of DNS-SD holds fewer. */
const MAX_QUESTIONS = 256;
/** RFC 4034 4.1.2: for 256 types. */
const MAX_WINDOW_BYTES = 32;

export interface Decoded {
  readonly message: Message;
  /** How many questions and records could not be read; each is left out, the others stand. */
  readonly damaged: number;
}

/** As {@link decodeMessage}. */
export type Decode = (bytes: Uint8Array) => Decoded | undefined;

/**
 * Reads one packet, tolerantly: what is damaged is left out and counted, since rdlength says where the next record begins.
 * Counts of the header are believed as far as the bytes go. Questions of another class than IN and ANY and records of another
 * class than IN are left out uncounted. Undefined when nothing can be made of it: no header, over 9000 bytes, or an opcode or
 * rcode other than 0 (RFC 6762 18.3, 18.11). Never throws. Nothing in the message refers to `bytes`.
 */
export function decodeMessage(bytes: Uint8Array): Decoded | undefined {
  if (bytes.length < HEADER_BYTES || bytes.length > MAX_PACKET_BYTES) return undefined;
  const flags = readUint16(bytes, 2);
  if ((flags & (OPCODE_MASK | RCODE_MASK)) !== 0) return undefined;
  const reader = new PacketReader(bytes);
  const questions = reader.readQuestions(readUint16(bytes, 4));
  const answers = reader.readRecords(readUint16(bytes, 6));
  const authorities = reader.readRecords(readUint16(bytes, 8));
  const additionals = reader.readRecords(readUint16(bytes, 10));
  return {
    message: {
      id: readUint16(bytes, 0),
      kind: (flags & FLAG_RESPONSE) === 0 ? 'query' : 'response',
      truncated: (flags & FLAG_TRUNCATED) !== 0,
      questions,
      answers,
      authorities,
      additionals,
    },
    damaged: reader.damaged,
  };
}

class PacketReader {
  damaged = 0;
  readonly #bytes: Uint8Array;
  readonly #names: NameReader;
  /** At the end of the bytes when what follows can't be read. */
  #at = HEADER_BYTES;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#names = new NameReader(bytes);
  }

  readQuestions(count: number): readonly Question[] {
    const questions: Question[] = [];
    /** By name, of which a pointer to one that was read is the same: what was asked already. */
    const asked = new Map<Name, Set<number>>();
    for (let read = 0; read < count && this.#at < this.#bytes.length; read++) {
      const { name, next } = this.#names.read(this.#at, this.#bytes.length);
      if (next === undefined || next + QUESTION_TAIL_BYTES > this.#bytes.length) {
        this.#stop();
        break;
      }
      const type = readUint16(this.#bytes, next);
      const classAndBit = readUint16(this.#bytes, next + 2);
      this.#at = next + QUESTION_TAIL_BYTES;
      const questionClass = classAndBit & ~CLASS_TOP_BIT;
      if (name === undefined) this.damaged += 1;
      else if (isRepeated(asked, name, type * 0x10000 + classAndBit)) continue;
      else if (questions.length >= MAX_QUESTIONS) this.damaged += 1;
      else if (questionClass === CLASS_IN || questionClass === CLASS_ANY) {
        const unicast = (classAndBit & CLASS_TOP_BIT) !== 0;
        questions.push({ name, type, unicast, ...(questionClass === CLASS_ANY && { anyClass: true }) });
      }
    }
    return questions;
  }

  readRecords(count: number): readonly ResourceRecord[] {
    const records: ResourceRecord[] = [];
    for (let read = 0; read < count && this.#at < this.#bytes.length; read++) {
      const { name, next } = this.#names.read(this.#at, this.#bytes.length);
      if (next === undefined || next + RECORD_TAIL_BYTES > this.#bytes.length) {
        this.#stop();
        break;
      }
      const type = readUint16(this.#bytes, next);
      const classAndBit = readUint16(this.#bytes, next + 2);
      const ttl = readUint16(this.#bytes, next + 4) * 0x10000 + readUint16(this.#bytes, next + 6);
      const start = next + RECORD_TAIL_BYTES;
      const end = start + readUint16(this.#bytes, next + 8);
      if (end > this.#bytes.length) {
        this.#stop();
        break;
      }
      this.#at = end;
      if (type === TYPE_OPT || (classAndBit & ~CLASS_TOP_BIT) !== CLASS_IN) continue;
      const data = name && this.#readRdata(type, start, end);
      if (name === undefined || data === undefined) this.damaged += 1;
      else records.push({ name, ttl, flush: (classAndBit & CLASS_TOP_BIT) !== 0, data });
    }
    return records;
  }

  #stop(): void {
    this.damaged += 1;
    this.#at = this.#bytes.length;
  }

  #readRdata(type: number, start: number, end: number): RecordData | undefined {
    const bytes = this.#bytes;
    switch (type) {
      case TYPE_CODES.A:
        return end - start === 4 ? { type: 'A', address: formatIpv4(bytes.subarray(start, end)) } : undefined;
      case TYPE_CODES.AAAA:
        return end - start === 16 ? { type: 'AAAA', address: formatIpv6(bytes.subarray(start, end)) } : undefined;
      case TYPE_CODES.PTR: {
        const target = this.#readNameUntil(start, end);
        return target && { type: 'PTR', target };
      }
      case TYPE_CODES.SRV: {
        const target = this.#readNameUntil(start + SRV_FIXED_BYTES, end);
        if (target === undefined) return undefined;
        const [priority, weight] = [readUint16(bytes, start), readUint16(bytes, start + 2)];
        return { type: 'SRV', priority, weight, port: readUint16(bytes, start + 4), target };
      }
      case TYPE_CODES.TXT:
        return readStrings(bytes, start, end);
      case TYPE_CODES.NSEC:
        return this.#readNsec(start, end);
      default:
        return { type: 'OTHER', code: type, bytes: copyBytes(bytes, start, end) };
    }
  }

  /** The name that fills the bytes from `start` to `end` exactly. */
  #readNameUntil(start: number, end: number): Name | undefined {
    const { name, next } = this.#names.read(start, end);
    return next === end ? name : undefined;
  }

  #readNsec(start: number, end: number): RecordData | undefined {
    const { name, next } = this.#names.read(start, end);
    if (name === undefined || next === undefined) return undefined;
    const types = readTypeBitmap(this.#bytes, next, end);
    return types && { type: 'NSEC', next: name, types };
  }
}

function readStrings(bytes: Uint8Array, start: number, end: number): RecordData | undefined {
  // RFC 6763 6.1: a TXT record without any data is read as one with a single empty string.
  if (start === end) return { type: 'TXT', strings: [new Uint8Array(0)] };
  // One copy for all of them: a record may hold thousands of empty strings.
  const rdata = copyBytes(bytes, start, end);
  const strings: Uint8Array[] = [];
  for (let at = 0; at < rdata.length; ) {
    const stringEnd = at + 1 + (rdata[at] ?? 0);
    if (stringEnd > rdata.length) return undefined;
    strings.push(rdata.subarray(at + 1, stringEnd));
    at = stringEnd;
  }
  return { type: 'TXT', strings };
}

/** RFC 4034 4.1.2: windows of types in ascending order. */
function readTypeBitmap(bytes: Uint8Array, start: number, end: number): readonly number[] | undefined {
  const types: number[] = [];
  let lastWindow = -1;
  for (let at = start; at < end; ) {
    const window = bytes[at] ?? 0;
    const length = bytes[at + 1] ?? 0;
    const windowEnd = at + 2 + length;
    if (window <= lastWindow || length < 1 || length > MAX_WINDOW_BYTES || windowEnd > end) return undefined;
    lastWindow = window;
    for (let bit = 0; bit < length * 8; bit++) {
      if (((bytes[at + 2 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) !== 0) types.push(window * 256 + bit);
    }
    at = windowEnd;
  }
  return types;
}

/** A plain copy: a view, or a slice of a pooled buffer, would keep the whole receive buffer alive. */
function copyBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.subarray(start, end));
}

function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function isRepeated(asked: Map<Name, Set<number>>, name: Name, what: number): boolean {
  const before = asked.get(name);
  if (before === undefined) asked.set(name, new Set([what]));
  else if (before.has(what)) return true;
  else before.add(what);
  return false;
}
