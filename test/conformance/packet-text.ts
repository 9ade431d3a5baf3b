import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, TRUNCATED_RESPONSE } from 'dns-packet';

/**
 * Packets as text, by dns-packet: somebody else's encoder and decoder, so that a fault that ours have in common does not cancel out.
 * A question is written `PTR _http._tcp.local`, with the unicast-response bit `QU PTR _http._tcp.local`; a record as in a zone file,
 * with `IN!` for the cache-flush bit: `printer._http._tcp.local 120 IN! SRV 0 0 8080 device.local`.
 */
export interface PacketText {
  readonly id: number;
  readonly kind: 'query' | 'response';
  /** The header's flags without QR. */
  readonly flags: number;
  readonly truncated: boolean;
  readonly questions: readonly string[];
  readonly answers: readonly string[];
  readonly authorities: readonly string[];
  readonly additionals: readonly string[];
}

const HEADER_BYTES = 12;
const CLASS_IN = 1;
const CLASS_ANY = 255;
const UNICAST_BIT = 0x8000;
const QUESTION_TYPES: Readonly<Record<string, number>> = {
  A: 1,
  PTR: 12,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NSEC: 47,
  ANY: 255,
};
const QUESTION = /^(QU )?(\S+) (.+?)( class ANY)?$/;
const RECORD = /^(.+) (\d+) (IN!?) ([A-Z]+)(?: (.*))?$/s;

interface QuestionParts {
  readonly name: string;
  readonly type: number;
  readonly classAndBit: number;
}

export function writePacket(text: Partial<PacketText>): Uint8Array {
  const { id = 0, kind = 'query', truncated = false, questions = [] } = text;
  const flags = (text.flags ?? (kind === 'response' ? AUTHORITATIVE_ANSWER : 0)) | (truncated ? TRUNCATED_RESPONSE : 0);
  const parsed = questions.map(parseQuestion);
  const bytes = encode({
    id,
    type: kind,
    flags,
    questions: parsed.map(({ name }) => ({ name, type: 'A' })),
    answers: (text.answers ?? []).map(parseRecord),
    authorities: (text.authorities ?? []).map(parseRecord),
    additionals: (text.additionals ?? []).map(parseRecord),
  });
  // dns-packet can't write the unicast-response bit; it compresses nothing, so the questions' places are known.
  let at = HEADER_BYTES;
  for (const { name, type, classAndBit } of parsed) {
    at += encodedLength(name);
    bytes.writeUInt16BE(type, at);
    bytes.writeUInt16BE(classAndBit, at + 2);
    at += 4;
  }
  return bytes;
}

/** Throws when dns-packet can't read it. */
export function readPacket(bytes: Uint8Array): PacketText {
  const packet = decode(Buffer.from(bytes));
  const { id = 0, flags = 0, questions = [], answers = [], authorities = [], additionals = [] } = packet;
  return {
    id,
    kind: packet.type === 'response' ? 'response' : 'query',
    flags,
    truncated: (flags & TRUNCATED_RESPONSE) !== 0,
    questions: questions.map(
      ({ type, name, class: of }) => `${of === 'IN' || of === 'ANY' ? '' : 'QU '}${type} ${name}`,
    ),
    answers: answers.map(formatRecord),
    authorities: authorities.map(formatRecord),
    additionals: additionals.map(formatRecord),
  };
}

/** The record with another TTL. */
export function withTtl(record: string, ttl: number): string {
  return record.replace(RECORD, (_, name, __, of, type, data) => `${name} ${ttl} ${of} ${type} ${data}`);
}

/** The name, type and data of a record, without TTL and cache-flush bit. */
export function identityOf(record: string): string {
  const [, name, , , type, data] = RECORD.exec(record) ?? [];
  return `${name} ${type} ${data}`;
}

export function typeOf(record: string): string {
  return RECORD.exec(record)?.[4] ?? '';
}

export function ttlOf(record: string): number {
  return Number(RECORD.exec(record)?.[2]);
}

function parseQuestion(text: string): QuestionParts {
  const [, unicast, typeName = '', name = '', anyClass] = QUESTION.exec(text) ?? [];
  const type = QUESTION_TYPES[typeName];
  if (type === undefined) throw new Error(`"${text}" is no question.`);
  const recordClass = anyClass === undefined ? CLASS_IN : CLASS_ANY;
  return { name, type, classAndBit: unicast === undefined ? recordClass : recordClass | UNICAST_BIT };
}

function parseRecord(text: string): Answer {
  const [, name = '', ttl, of, type = '', data = ''] = RECORD.exec(text) ?? [];
  const base = { name, ttl: Number(ttl), class: 'IN', flush: of === 'IN!' } as const;
  const words = data.split(' ');
  switch (type) {
    case 'A':
    case 'AAAA':
    case 'PTR':
      return { ...base, type, data };
    case 'SRV': {
      const [priority = 0, weight = 0, port = 0] = words.map(Number);
      return { ...base, type, data: { priority, weight, port, target: words.slice(3).join(' ') } };
    }
    case 'TXT':
      return { ...base, type, data: data === '' ? [] : words };
    case 'NSEC':
      return { ...base, type, data: { nextDomain: words[0] ?? '', rrtypes: words.slice(1) } };
    default:
      throw new Error(`"${text}" is no record.`);
  }
}

function formatRecord(answer: Answer): string {
  if (answer.type === 'OPT') return `${answer.name} OPT`;
  const { name, ttl, type, data } = answer;
  return `${name} ${ttl} IN${answer.flush === true ? '!' : ''} ${type} ${formatData(data)}`;
}

function formatData(data: unknown): string {
  if (Array.isArray(data)) return data.map((each) => Buffer.from(each).toString()).join(' ');
  if (typeof data !== 'object' || data === null || Buffer.isBuffer(data)) return String(data);
  const { priority, weight, port, target, nextDomain, rrtypes }: Readonly<Record<string, unknown>> = { ...data };
  if (Array.isArray(rrtypes)) return [nextDomain, ...rrtypes].join(' ');
  return `${priority} ${weight} ${port} ${target}`;
}

function encodedLength(name: string): number {
  return name.split('.').reduce((sum, label) => sum + 1 + Buffer.byteLength(label), 1);
}
