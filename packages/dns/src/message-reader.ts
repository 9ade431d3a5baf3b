/** RFC 1035 4.2.2 */
const LENGTH_BYTES = 2;
/** A question of 271 bytes and an OPT record; longer ones are no query of DNS-SD. */
const MOST_QUERY_BYTES = 4_096;

/** Cuts what comes over one TCP connection into messages (RFC 1035 4.2.2), of which several may come at once (RFC 7766 6.2.1.1). */
export class MessageReader {
  #pending: Uint8Array = new Uint8Array(0);

  /** The messages that are whole now; undefined where the next one is too long to be a query, and nothing is read any more. */
  take(chunk: Uint8Array): readonly Uint8Array[] | undefined {
    const bytes = new Uint8Array(this.#pending.length + chunk.length);
    bytes.set(this.#pending);
    bytes.set(chunk, this.#pending.length);
    const messages: Uint8Array[] = [];
    let at = 0;
    while (at + LENGTH_BYTES <= bytes.length) {
      const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
      if (length > MOST_QUERY_BYTES) return undefined;
      if (at + LENGTH_BYTES + length > bytes.length) break;
      messages.push(bytes.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + length));
      at += LENGTH_BYTES + length;
    }
    this.#pending = bytes.slice(at);
    return messages;
  }
}

/** With its length in front. */
export function frameMessage(message: Uint8Array): Uint8Array {
  const framed = new Uint8Array(LENGTH_BYTES + message.length);
  framed[0] = message.length >> 8;
  framed[1] = message.length;
  framed.set(message, LENGTH_BYTES);
  return framed;
}
