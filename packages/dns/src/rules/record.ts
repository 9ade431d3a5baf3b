import { encodeRdata, type Name, type RecordData } from '@mdns-ambassador/mdns/wire';

/** Of the types of DNS that mDNS has no use for (RFC 1035 3.2.2, RFC 8482). */
const TYPE_NS = 2;
const TYPE_SOA = 6;
const TYPE_HINFO = 13;

/** What one name says. */
export interface ZoneRecord {
  /** Seconds. */
  readonly ttl: number;
  readonly data: RecordData;
}

/** RFC 1035 3.3.13, in seconds. */
export interface SoaTimes {
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  /** How long "there is none" may be believed (RFC 2308 4). */
  readonly minimum: number;
}

export function createNs(server: Name): RecordData {
  return { type: 'OTHER', code: TYPE_NS, bytes: encodeRdata({ type: 'PTR', target: server }) };
}

export function createSoa(server: Name, mailbox: Name, times: SoaTimes): RecordData {
  const names = [server, mailbox].map((target) => encodeRdata({ type: 'PTR', target }));
  const { serial, refresh, retry, expire, minimum } = times;
  const numbers = [serial, refresh, retry, expire, minimum].map(encodeUint32);
  return { type: 'OTHER', code: TYPE_SOA, bytes: joinBytes([...names, ...numbers]) };
}

/** What is said in the place of all that there is (RFC 8482 4.2). */
export function createHinfo(): RecordData {
  return { type: 'OTHER', code: TYPE_HINFO, bytes: new TextEncoder().encode('\x07RFC8482\0') };
}

function encodeUint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
