import type { LinkSource } from './network.ts';
import type { Received } from './rules/machine.ts';

/** A responder says most things twice within this time (RFC 6762 8.3), a reflector or another family's link sooner. */
const REMEMBERED_MS = 2_000;
/** Larger ones are lists of known answers, each sent once. */
const MAX_PACKET_BYTES = 1_500;
/** What makes room for more is what was read first. */
const MAX_PACKETS = 256;
const MAX_BYTES = 65_536;

/** What was read of a packet. */
interface ReadPacket {
  readonly packet: Received;
  /** See {@link Decoded}. */
  readonly damaged: number;
}

interface Remembered {
  readonly at: number;
  readonly read: ReadPacket;
}

/** The packets that one link brought a moment ago, each by {@link keyOfPacket}, so that one which comes again need not be read again. Pure: time is an argument. */
export class RecentPackets {
  /** First to last. */
  readonly #byKey: Map<string, Remembered> = new Map();
  #bytes = 0;

  /** What was read of the same packet from the same source. */
  find(key: string | undefined, now: number): ReadPacket | undefined {
    const remembered = key === undefined ? undefined : this.#byKey.get(key);
    return remembered === undefined || now - remembered.at > REMEMBERED_MS ? undefined : remembered.read;
  }

  note(key: string | undefined, read: ReadPacket, now: number): void {
    if (key === undefined) return;
    this.#forget(key);
    this.#byKey.set(key, { at: now, read });
    this.#bytes += key.length;
    for (const [oldest, { at }] of this.#byKey) {
      const isRoom = this.#byKey.size <= MAX_PACKETS && this.#bytes <= MAX_BYTES;
      if (isRoom && now - at <= REMEMBERED_MS) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    if (this.#byKey.delete(key)) this.#bytes -= key.length;
  }
}

/** What tells a packet from all others: its source, and one character for each byte. Undefined for one that is too large to be remembered. */
export function keyOfPacket(bytes: Uint8Array, { address, port }: LinkSource): string | undefined {
  if (bytes.length > MAX_PACKET_BYTES) return undefined;
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return `${address} ${port} ${content}`;
}
