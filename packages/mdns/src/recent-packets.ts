import type { LinkSource } from './network.ts';
import type { Received } from './rules/machine.ts';

/** Since it was heard last. A responder says most things twice within this time (RFC 6762 8.3), a reflector or another family's link sooner. */
const REMEMBERED_MS = 2_000;
/** Larger ones are lists of known answers, each sent once. */
const MAX_PACKET_BYTES = 1_500;
/** What makes room for more is what was read first. */
const MAX_PACKETS = 256;
const MAX_BYTES = 65_536;
/** Of FNV-1a. */
const PRIME = 16_777_619;

/** What was read of a packet. */
interface ReadPacket {
  readonly packet: Received;
  /** See {@link Decoded}. */
  readonly damaged: number;
}

interface Remembered {
  at: number;
  readonly bytes: Uint8Array;
  readonly source: LinkSource;
  readonly read: ReadPacket;
}

/** The packets that one link brought a moment ago, so that one which comes again need not be read again. Pure: time is an argument. */
export class RecentPackets {
  /** First to last, by a hash of the source and the bytes: of two that share it the later one is remembered. */
  readonly #byHash: Map<number, Remembered> = new Map();
  #bytes = 0;

  /** What was read of the same packet from the same source. */
  find(bytes: Uint8Array, source: LinkSource, now: number): ReadPacket | undefined {
    if (bytes.length > MAX_PACKET_BYTES) return undefined;
    const known = this.#byHash.get(hash(bytes, source));
    if (known === undefined || now - known.at > REMEMBERED_MS) return undefined;
    const isSame = known.source.port === source.port && known.source.address === source.address;
    if (!isSame || Buffer.compare(known.bytes, bytes) !== 0) return undefined;
    known.at = now;
    return known.read;
  }

  /** `bytes` must not change afterwards. */
  note(bytes: Uint8Array, source: LinkSource, read: ReadPacket, now: number): void {
    if (bytes.length > MAX_PACKET_BYTES) return;
    const key = hash(bytes, source);
    this.#forget(key);
    this.#byHash.set(key, { at: now, bytes, source, read });
    this.#bytes += bytes.length;
    for (const [oldest, { at }] of this.#byHash) {
      const isRoom = this.#byHash.size <= MAX_PACKETS && this.#bytes <= MAX_BYTES;
      if (isRoom && now - at <= REMEMBERED_MS) return;
      this.#forget(oldest);
    }
  }

  #forget(key: number): void {
    this.#bytes -= this.#byHash.get(key)?.bytes.length ?? 0;
    this.#byHash.delete(key);
  }
}

function hash(bytes: Uint8Array, { address, port }: LinkSource): number {
  let value = port;
  for (let at = 0; at < address.length; at++) value = Math.imul(value ^ address.charCodeAt(at), PRIME);
  for (let at = 0; at < bytes.length; at++) value = Math.imul(value ^ (bytes[at] ?? 0), PRIME);
  return value;
}
