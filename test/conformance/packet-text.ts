import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, type Packet, TRUNCATED_RESPONSE } from 'dns-packet';

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

type Data = Readonly<Record<string, unknown>>;

const HEADER_BYTES = 12;
const UNICAST_BIT = 0x80;
const QUESTION = /^(QU )?(\S+) (.+?)( class ANY)?$/;
const RECORD = /^(.+) (\d+) (IN!?) ([A-Z]+)(?: (.*))?$/s;

export function writePacket(text: Partial<PacketText>): Uint8Array {
  const { id = 0, kind = 'query', truncated = false, questions = [] } = text;
  const flags = (text.flags ?? (kind === 'response' ? AUTHORITATIVE_ANSWER : 0)) | (truncated ? TRUNCATED_RESPONSE : 0);
  const parsed = questions.map(parseQuestion);
  const bytes = encode({
    id,
    type: kind,
    flags,
    questions: parsed,
    answers: (text.answers ?? []).map(parseRecord),
    authorities: (text.authorities ?? []).map(parseRecord),
    additionals: (text.additionals ?? []).map(parseRecord),
  });
  // dns-packet knows no unicast-response bit; nothing is compressed, so the questions' places are known.
  let at = HEADER_BYTES;
  for (const { name, isUnicast } of parsed) {
    at += encodedLength(name) + 2;
    if (isUnicast) bytes[at] = (bytes[at] ?? 0) | UNICAST_BIT;
    at += 2;
  }
  return bytes;
}

/** Throws when dns-packet can't read it. */
export function readPacket(bytes: Uint8Array): PacketText {
  const packet: Packet = decode(Buffer.from(bytes));
  return {
    id: packet.id,
    kind: packet.type,
    flags: packet.flags,
    truncated: (packet.flags & TRUNCATED_RESPONSE) !== 0,
    questions: packet.questions.map(
      ({ type, name, class: of }) => `${of === 'IN' || of === 'ANY' ? '' : 'QU '}${type} ${name}`,
    ),
    answers: packet.answers.map(formatRecord),
    authorities: packet.authorities.map(formatRecord),
    additionals: packet.additionals.map(formatRecord),
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

function parseQuestion(text: string): { name: string; type: string; class: string; isUnicast: boolean } {
  const [, unicast, type = '', name = '', anyClass] = QUESTION.exec(text) ?? [];
  return { name, type, class: anyClass === undefined ? 'IN' : 'ANY', isUnicast: unicast !== undefined };
}

function parseRecord(text: string): Answer {
  const [, name = '', ttl, of, type = '', data = ''] = RECORD.exec(text) ?? [];
  return { name, type, ttl: Number(ttl), class: 'IN', flush: of === 'IN!', data: parseData(type, data) };
}

function parseData(type: string, text: string): unknown {
  const words = text.split(' ');
  switch (type) {
    case 'SRV': {
      const [priority, weight, port] = words.map(Number);
      return { priority, weight, port, target: words.slice(3).join(' ') };
    }
    case 'TXT':
      return text === '' ? [] : words;
    case 'NSEC':
      return { nextDomain: words[0], rrtypes: words.slice(1) };
    default:
      return text;
  }
}

function formatRecord({ name, ttl, flush, type, data }: Answer): string {
  return `${name} ${ttl} IN${flush ? '!' : ''} ${type} ${formatData(data)}`;
}

function formatData(data: unknown): string {
  if (Array.isArray(data)) return data.map((each) => Buffer.from(each).toString()).join(' ');
  if (typeof data !== 'object' || data === null || Buffer.isBuffer(data)) return String(data);
  const { priority, weight, port, target, nextDomain, rrtypes }: Data = { ...data };
  if (Array.isArray(rrtypes)) return [nextDomain, ...rrtypes].join(' ');
  return `${priority} ${weight} ${port} ${target}`;
}

function encodedLength(name: string): number {
  return name.split('.').reduce((sum, label) => sum + 1 + Buffer.byteLength(label), 1);
}
