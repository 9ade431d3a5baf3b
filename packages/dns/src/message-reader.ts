/** RFC 1035 4.2.2 */
const LENGTH_BYTES = 2;
/** A question of 271 bytes and an OPT record; longer ones are no query of DNS-SD. */
const MOST_QUERY_BYTES = 4_096;

/** Cuts what comes over one TCP connection into messages (RFC 1035 4.2.2), of which several may come at once (RFC 7766 6.2.1.1). */
export class MessageReader {
  #pending: Uint8Array = Buffer.alloc(0);

  /** The messages that are whole now; undefined where the next one is too long to be a query, and nothing is read any more. */
  take(chunk: Uint8Array): readonly Uint8Array[] | undefined {
    const bytes = Buffer.concat([this.#pending, chunk]);
    const messages: Uint8Array[] = [];
    let at = 0;
    while (at + LENGTH_BYTES <= bytes.length) {
      const length = bytes.readUInt16BE(at);
      if (length > MOST_QUERY_BYTES) return undefined;
      if (at + LENGTH_BYTES + length > bytes.length) break;
      messages.push(bytes.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + length));
      at += LENGTH_BYTES + length;
    }
    this.#pending = Buffer.from(bytes.subarray(at));
    return messages;
  }
}

/** With its length in front. */
export function frameMessage(message: Uint8Array): Uint8Array {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
