const TYPE_BYTES = 1;
const LENGTH_BYTES = 4;
const HEADER_BYTES = TYPE_BYTES + LENGTH_BYTES;
/** What libpq takes at most before a login is done. */
const MAX_LOGIN_MESSAGE_BYTES = 30_000;

/** One message after the first packet: a letter and what it says. */
export interface PostgresMessage {
  readonly type: string;
  readonly body: Buffer;
}

export type MessageParsing =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'parsed'; readonly message: PostgresMessage; readonly size: number }
  | { readonly kind: 'wrong' };

/** Looks at the beginning of what a server sends during a login. */
export function parseMessage(bytes: Buffer): MessageParsing {
  if (bytes.length < HEADER_BYTES) return { kind: 'incomplete' };
  const length = bytes.readUInt32BE(TYPE_BYTES);
  if (length < LENGTH_BYTES || length > MAX_LOGIN_MESSAGE_BYTES) return { kind: 'wrong' };
  const size = TYPE_BYTES + length;
  if (bytes.length < size) return { kind: 'incomplete' };
  const type = bytes.toString('latin1', 0, TYPE_BYTES);
  return { kind: 'parsed', size, message: { type, body: bytes.subarray(HEADER_BYTES, size) } };
}

export function encodeMessage(type: string, ...parts: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(type, 'latin1');
  const body = Buffer.concat(parts);
  header.writeUInt32BE(LENGTH_BYTES + body.length, TYPE_BYTES);
  return Buffer.concat([header, body]);
}

export function encodeInt32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** Bytes and the zero that ends a string. */
export function endString(text: string | Uint8Array): Buffer {
  return Buffer.concat([typeof text === 'string' ? Buffer.from(text) : text, Buffer.of(0)]);
}
