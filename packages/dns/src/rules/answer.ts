import { type Name, nameKey, PacketWriter, type RecordData, TYPE_ANY, typeCode } from '@mdns-ambassador/mdns/wire';
import { CODES, type Code, HEADER_BYTES, PLAIN_BYTES, type Query, type QueryHead, readQuery } from './query.ts';
import { createHinfo, type ZoneRecord } from './record.ts';
import type { Zone } from './zone.ts';

const FLAG_RESPONSE = 0x8000;
const FLAG_AUTHORITATIVE = 0x0400;
const FLAG_TRUNCATED = 0x0200;
/** What an answer has of its query: opcode, RD and CD (RFC 1035 4.1.1, RFC 4035 3.2.2). */
const KEPT_FLAGS = 0x7800 | 0x0100 | 0x0010;
const CLASS_IN = 1;
const TYPE_OPT = 41;
const OPT_BYTES = 11;
/** RFC 8482 4.2: as for what there is. */
const HINFO_TTL = 3_600;
/** RFC 6895 3.1: questions that are none about data, such as for the whole zone (RFC 5936). */
const META_TYPES = { from: 128, to: 254 };
/** A message of TCP (RFC 1035 4.2.2). */
const MOST_TCP_BYTES = 65_535;
/** On loopback nothing is split on the way: HAProxy takes up to 8192 and does not ask again by TCP. */
const MOST_LOCAL_BYTES = 8_192;
/** DNS flag day 2020. */
const MOST_REMOTE_BYTES = 1_232;
/** RFC 9000 8.1: who has not shown that he is where he says gets three times what he sent; the rest over TCP. */
const AMPLIFICATION = 3;

/** Who asks, and how. */
export interface Asker {
  readonly transport: 'udp' | 'tcp';
  /** On this machine: nobody else has written its address into the datagram. */
  readonly isLocal: boolean;
}

export type Answer =
  | { readonly kind: 'answered'; readonly code: Code; readonly isTruncated: boolean; readonly bytes: Uint8Array }
  | { readonly kind: 'dropped' };

/** What the zone says to the bytes of a query. Never throws, whatever they are. */
export function answerQuery(bytes: Uint8Array, zone: Zone, asker: Asker): Answer {
  const read = readQuery(bytes);
  switch (read.kind) {
    case 'none':
      return { kind: 'dropped' };
    case 'faulty':
      return { kind: 'answered', code: read.code, isTruncated: false, bytes: encodeHead(read.head, read.code) };
    case 'query':
      return write(read.query, judge(read.query, zone), limitBytes(bytes.length, read.query, asker));
    default:
      return read satisfies never;
  }
}

/** What is to be said, before it is known what fits. */
interface ZoneReply {
  readonly code: Code;
  readonly answers: readonly NamedRecord[];
  readonly authorities: readonly NamedRecord[];
  /** As many as fit. */
  readonly additionals: readonly NamedRecord[];
}

interface NamedRecord extends ZoneRecord {
  readonly name: Name;
}

const NOTHING = { answers: [], authorities: [], additionals: [] };

function judge(query: Query, zone: Zone): ZoneReply {
  const { name, type, edns } = query;
  if (edns !== undefined && edns.version > 0) return { ...NOTHING, code: 'BADVERS' };
  if (query.class !== CLASS_IN || !isWithin(name, zone.domain)) return { ...NOTHING, code: 'REFUSED' };
  if (type >= META_TYPES.from && type <= META_TYPES.to) return { ...NOTHING, code: 'REFUSED' };
  const records = zone.names.get(nameKey(name));
  const soa = { name: zone.domain, ...zone.soa };
  if (records === undefined) return { ...NOTHING, code: 'NXDOMAIN', authorities: [soa] };
  const found = type === TYPE_ANY ? describeAny(records) : records.filter(({ data }) => typeCode(data) === type);
  // RFC 2308 2.2: the name is there, and nothing of this type.
  if (found.length === 0) return { ...NOTHING, code: 'NOERROR', authorities: [soa] };
  const answers = rotate(found, query.id).map((record) => ({ name, ...record }));
  return { code: 'NOERROR', answers, authorities: [], additionals: listAdditionals(answers, zone) };
}

/** RFC 8482 4.2: the little that shows that there is more. */
function describeAny(records: readonly ZoneRecord[]): readonly ZoneRecord[] {
  return records.length === 0 ? [] : [{ ttl: HINFO_TTL, data: createHinfo() }];
}

/** Another address stands first each time: who takes the first one goes to all of them in turn. */
function rotate(records: readonly ZoneRecord[], by: number): readonly ZoneRecord[] {
  const from = by % records.length;
  return [...records.slice(from), ...records.slice(0, from)];
}

/** RFC 6763 12.1, RFC 2782: places and data of instances, then addresses of hosts. */
function listAdditionals(answers: readonly NamedRecord[], zone: Zone): readonly NamedRecord[] {
  const seen = new Set(answers.map(({ name }) => nameKey(name)));
  const follow = (records: readonly NamedRecord[]): readonly NamedRecord[] =>
    records.flatMap(({ data }) => {
      const target = targetOf(data);
      if (target === undefined || seen.has(nameKey(target))) return [];
      seen.add(nameKey(target));
      const there = zone.names.get(nameKey(target)) ?? [];
      // RFC 6763 12.4: a type is browsed on.
      if (there.some(({ data: { type } }) => type === 'PTR')) return [];
      return there.flatMap((record) => (isFollowing(data, record.data) ? [{ name: target, ...record }] : []));
    });
  const first = follow(answers);
  return [...first, ...follow(first)];
}

function targetOf(data: RecordData): Name | undefined {
  return data.type === 'PTR' || data.type === 'SRV' ? data.target : undefined;
}

/** Behind a PTR stand the SRV and TXT of an instance, behind an SRV the addresses of its host. */
function isFollowing(data: RecordData, next: RecordData): boolean {
  const types: readonly RecordData['type'][] = data.type === 'PTR' ? ['SRV', 'TXT'] : ['A', 'AAAA'];
  return types.includes(next.type);
}

function isWithin(name: Name, domain: Name): boolean {
  return name.length >= domain.length && nameKey(name.slice(name.length - domain.length)) === nameKey(domain);
}

function limitBytes(asked: number, { edns }: Query, { transport, isLocal }: Asker): number {
  if (transport === 'tcp') return MOST_TCP_BYTES;
  const taken = edns?.payloadBytes ?? PLAIN_BYTES;
  return isLocal ? Math.min(taken, MOST_LOCAL_BYTES) : Math.min(taken, MOST_REMOTE_BYTES, AMPLIFICATION * asked);
}

function write(query: Query, verdict: ZoneReply, mostBytes: number): Answer {
  const { code } = verdict;
  const optBytes = query.edns === undefined ? 0 : OPT_BYTES;
  const writer = startBody(query);
  const question = writer.mark();
  for (const record of [...verdict.answers, ...verdict.authorities]) writeRecord(writer, record);
  const isTruncated = writer.length + optBytes > mostBytes;
  if (isTruncated) writer.rewind(question);
  let additionals = 0;
  for (const record of isTruncated ? [] : verdict.additionals) {
    const mark = writer.mark();
    writeRecord(writer, record);
    if (writer.length + optBytes > mostBytes) {
      writer.rewind(mark);
      break;
    }
    additionals += 1;
  }
  const isOurs = code === 'NOERROR' || code === 'NXDOMAIN';
  const flags = (isOurs ? FLAG_AUTHORITATIVE : 0) | (isTruncated ? FLAG_TRUNCATED : 0);
  const counts = isTruncated ? [1, 0, 0, 0] : [1, verdict.answers.length, verdict.authorities.length, additionals];
  const body = writer.finish();
  const bytes = new Uint8Array(body.length + optBytes);
  bytes.set(body);
  bytes.set(query.question, HEADER_BYTES);
  setHeader(bytes, query, code, flags, counts);
  if (query.edns !== undefined) addOpt(bytes, body.length, code);
  return { kind: 'answered', code, isTruncated, bytes };
}

/**
 * A writer behind the question. Names are compressed against the question's, in its case, unless its bytes are no text, which are
 * repeated as they are.
 */
function startBody({ name, type, question }: Query): PacketWriter {
  const writer = new PacketWriter();
  writer.writeQuestion({ name, type, unicast: false });
  return writer.length === HEADER_BYTES + question.length
    ? writer
    : new PacketWriter({ start: HEADER_BYTES + question.length });
}

function writeRecord(writer: PacketWriter, { name, ttl, data }: NamedRecord): void {
  writer.writeRecord({ name, ttl, flush: false, data });
}

function encodeHead(head: QueryHead, code: Code): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  setHeader(bytes, head, code, 0, [0, 0, 0, 0]);
  return bytes;
}

function setHeader(bytes: Uint8Array, head: QueryHead, code: Code, flags: number, counts: readonly number[]): void {
  const view = new DataView(bytes.buffer);
  view.setUint16(0, head.id);
  view.setUint16(2, FLAG_RESPONSE | (head.flags & KEPT_FLAGS) | flags | (CODES[code] & 0x0f));
  for (const [index, count] of counts.entries()) view.setUint16(4 + 2 * index, count);
}

/** RFC 6891 6.1.2: root, OPT, our size, the upper bits of the code, version 0, no options. */
function addOpt(bytes: Uint8Array, at: number, code: Code): void {
  const view = new DataView(bytes.buffer);
  view.setUint16(at + 1, TYPE_OPT);
  view.setUint16(at + 3, MOST_REMOTE_BYTES);
  view.setUint8(at + 5, CODES[code] >> 4);
  view.setUint16(10, view.getUint16(10) + 1);
}
