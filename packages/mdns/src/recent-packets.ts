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

/** The packets that one link brought a moment ago, so that one which comes again need not be read again. Pure: time is an argument. */
export class RecentPackets {
  /** By source and content, first to last. */
  readonly #byText: Map<string, Remembered> = new Map();
  #bytes = 0;

  /** What was read of the same packet from the same source. */
  find(bytes: Uint8Array, source: LinkSource, now: number): ReadPacket | undefined {
    if (bytes.length > MAX_PACKET_BYTES) return undefined;
    const remembered = this.#byText.get(describe(bytes, source));
    return remembered === undefined || now - remembered.at > REMEMBERED_MS ? undefined : remembered.read;
  }

  note(bytes: Uint8Array, source: LinkSource, read: ReadPacket, now: number): void {
    if (bytes.length > MAX_PACKET_BYTES) return;
    const text = describe(bytes, source);
    this.#forget(text);
    this.#byText.set(text, { at: now, read });
    this.#bytes += text.length;
    for (const [oldest, { at }] of this.#byText) {
      const isRoom = this.#byText.size <= MAX_PACKETS && this.#bytes <= MAX_BYTES;
      if (isRoom && now - at <= REMEMBERED_MS) return;
      this.#forget(oldest);
    }
  }

  #forget(text: string): void {
    if (this.#byText.delete(text)) this.#bytes -= text.length;
  }
}

/** One character for each byte. */
function describe(bytes: Uint8Array, { address, port }: LinkSource): string {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return `${address} ${port} ${content}`;
}
