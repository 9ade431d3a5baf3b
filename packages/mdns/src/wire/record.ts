import { isSameName, type Name, nameKey } from './name.ts';

/** What a record says, by type. Types that we do not know stay opaque (RFC 3597). */
export type RecordData =
  | { readonly type: 'A'; readonly address: string }
  | { readonly type: 'AAAA'; readonly address: string }
  | { readonly type: 'PTR'; readonly target: Name }
  | {
      readonly type: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: Name;
    }
  | { readonly type: 'TXT'; readonly strings: readonly Uint8Array[] }
  | { readonly type: 'NSEC'; readonly next: Name; readonly types: readonly number[] }
  | { readonly type: 'OTHER'; readonly code: number; readonly bytes: Uint8Array };

export type KnownType = Exclude<RecordData['type'], 'OTHER'>;

/** A resource record of class IN. */
export interface ResourceRecord {
  readonly name: Name;
  /** Seconds, as on the wire; 0 is a goodbye (RFC 6762 10.1). */
  readonly ttl: number;
  /** The cache-flush bit: this record set is unique and complete (RFC 6762 10.2). */
  readonly flush: boolean;
  readonly data: RecordData;
}

/** Type codes on the wire (IANA DNS parameters). */
export const TYPE_CODES: Readonly<Record<KnownType, number>> = { A: 1, PTR: 12, TXT: 16, AAAA: 28, SRV: 33, NSEC: 47 };
/** QTYPE `*`: every type. */
export const TYPE_ANY = 255;

/** The code on the wire of what a record says. */
export function typeCode(data: RecordData): number {
  return data.type === 'OTHER' ? data.code : TYPE_CODES[data.type];
}

/** The key under which two records with the same name, type and data meet in a map; TTL and cache-flush bit don't count. */
export function recordKey(record: ResourceRecord): string {
  return `${nameKey(record.name)}/${dataKey(record.data)}`;
}

/** The key under which all records of one name and type meet; `owner` is the name's. */
export function setKey(owner: string, type: number): string {
  return `${owner}/${type}`;
}

/** The same type and rdata; names within it compare case-insensitively (RFC 6762 16). */
export function isSameData(a: RecordData, b: RecordData): boolean {
  if (a.type === 'A' && b.type === 'A') return a.address === b.address;
  if (a.type === 'AAAA' && b.type === 'AAAA') return a.address === b.address;
  if (a.type === 'PTR' && b.type === 'PTR') return isSameName(a.target, b.target);
  if (a.type === 'SRV' && b.type === 'SRV') {
    const isSamePlace = a.port === b.port && a.priority === b.priority && a.weight === b.weight;
    return isSamePlace && isSameName(a.target, b.target);
  }
  if (a.type === 'TXT' && b.type === 'TXT') {
    return a.strings.length === b.strings.length && a.strings.every((string, at) => isSameBytes(string, b.strings[at]));
  }
  return a.type === b.type && dataKey(a) === dataKey(b);
}

/** The identity of type and rdata as text. */
export function dataKey(data: RecordData): string {
  switch (data.type) {
    case 'A':
    case 'AAAA':
      return `${data.type}/${data.address}`;
    case 'PTR':
      return `PTR/${nameKey(data.target)}`;
    case 'SRV':
      return `SRV/${data.priority} ${data.weight} ${data.port} ${nameKey(data.target)}`;
    case 'TXT':
      return `TXT/${data.strings.map((string) => `${string.length}:${textOfBytes(string)}`).join('')}`;
    case 'NSEC':
      return `NSEC/${data.types.join(' ')} ${nameKey(data.next)}`;
    case 'OTHER':
      return `${data.code}/${textOfBytes(data.bytes)}`;
    default:
      return data satisfies never;
  }
}

function isSameBytes(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return a.length === b?.length && a.every((byte, at) => byte === b[at]);
}

/** One character for each byte. */
function textOfBytes(bytes: Uint8Array): string {
  const chunkBytes = 4096;
  let text = '';
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    text += String.fromCharCode(...bytes.subarray(at, at + chunkBytes));
  }
  return text;
}
