import { isIP } from 'node:net';
import packet, { type Answer } from 'dns-packet';
import { domainKey } from './domain-name.ts';
import type { DnsQuestion, DnsRecord } from './record.ts';

/** A response as far as it concerns us. Records of other types and classes are left out. */
export interface DnsResponse {
  readonly id: number;
  /** Answers are left out then: they are to be asked for over TCP. */
  readonly isTruncated: boolean;
  /** The server does not know, and names others that might (it was asked to recurse and does not). */
  readonly isReferral: boolean;
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, `REFUSED`, `FORMERR` ... */
  readonly code: string;
  /** Its one question, if it repeats one: name in lower case, and any type. */
  readonly question: { readonly name: string; readonly type: string } | undefined;
  readonly answers: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
  /** How long "there is none" may be believed (RFC 2308 5); absent where the server does not say. */
  readonly negativeTtlSeconds: number | undefined;
}

/** What survives without fragments on nearly every path (DNS flag day 2020). */
const UDP_PAYLOAD_SIZE = 1_232;
/** RFC 1035 4.1.1 */
const HEADER_BYTES = 12;
const RECORD_COUNTS = 6;
const TRUNCATED = 0x0200;
/** RFC 1035 4.1.1, in the order of their numbers. */
const CODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const;
const CODE_BITS = 0x0f;
/** RFC 2181 8: a TTL with the top bit set counts as 0. */
const HIGHEST_TTL = 2 ** 31 - 1;

/** A query that asks for recursion. Without `hasEdns` it is one that a server of 1987 understands. */
export function encodeQuery(id: number, question: DnsQuestion, hasEdns: boolean): Uint8Array {
  return packet.encode({
    type: 'query',
    id,
    flags: packet.RECURSION_DESIRED,
    questions: [{ name: domainKey(question.name), type: question.type, class: 'IN' }],
    ...(hasEdns
      ? {
          additionals: [
            {
              type: 'OPT',
              name: '.',
              udpPayloadSize: UDP_PAYLOAD_SIZE,
              extendedRcode: 0,
              ednsVersion: 0,
              flags: 0,
              flag_do: false,
              options: [],
            },
          ],
        }
      : {}),
  });
}

/** Never throws: undefined where the bytes are no response. */
export function decodeResponse(bytes: Uint8Array): DnsResponse | undefined {
  try {
    const message = packet.decode(dropCutRecords(Buffer.from(bytes)));
    if (message.type !== 'response') return undefined;
    const [asked] = message.questions ?? [];
    const authorities = message.authorities ?? [];
    const hasAuthority = (type: string): boolean => authorities.some((record) => record.type === type);
    return {
      id: message.id ?? 0,
      isTruncated: message.flag_tc,
      isReferral: !message.flag_aa && hasAuthority('NS') && !hasAuthority('SOA') && message.answers?.length === 0,
      code: readCode(message.flags ?? 0, message.additionals ?? []),
      question: asked === undefined ? undefined : { name: domainKey(asked.name), type: asked.type },
      answers: (message.answers ?? []).flatMap(readRecord),
      additionals: (message.additionals ?? []).flatMap(readRecord),
      negativeTtlSeconds: authorities.flatMap(readNegativeTtl).at(0),
    };
  } catch {
    return undefined;
  }
}

/** RFC 6891 6.1.3: the upper eight bits stand in the OPT record. */
function readCode(flags: number, additionals: readonly Answer[]): string {
  const upper = additionals.flatMap((record) => (record.type === 'OPT' ? [record.extendedRcode] : [])).at(0) ?? 0;
  const code = upper * (CODE_BITS + 1) + (flags & CODE_BITS);
  return CODES[code] ?? `RCODE ${code}`;
}

/** The last record of a truncated message may be cut short: without its records the head can be read in any case. */
function dropCutRecords(message: Buffer): Buffer {
  if (message.length >= HEADER_BYTES && (message.readUInt16BE(2) & TRUNCATED) !== 0) {
    message.fill(0, RECORD_COUNTS, HEADER_BYTES);
  }
  return message;
}

function readRecord(record: Answer): readonly DnsRecord[] {
  if (record.type === 'OPT' || record.class !== 'IN') return [];
  const head = { name: domainKey(record.name), ttlSeconds: readTtl(record.ttl) };
  switch (record.type) {
    case 'A':
    case 'AAAA': {
      const family = record.type === 'A' ? 4 : 6;
      return isIP(record.data) === family ? [{ ...head, type: record.type, address: record.data }] : [];
    }
    case 'CNAME':
      return [{ ...head, type: 'CNAME', target: domainKey(record.data) }];
    case 'SRV': {
      const { priority = 0, weight = 0, port, target } = record.data;
      return [{ ...head, type: 'SRV', priority, weight, port, target: domainKey(target) }];
    }
    default:
      return [];
  }
}

function readNegativeTtl(record: Answer): readonly number[] {
  if (record.type !== 'SOA') return [];
  return [Math.min(readTtl(record.ttl), readTtl(record.data.minimum))];
}

function readTtl(ttl: number | undefined): number {
  return ttl === undefined || ttl > HIGHEST_TTL ? 0 : ttl;
}
