/** PostgreSQL 55.7: a first packet has a length that counts itself, then a code, and no type. */
const HEADER_BYTES = 8;
/** MAX_STARTUP_PACKET_LENGTH of the server. */
const MAX_STARTUP_BYTES = 10_000;
const CANCEL_CODE = 80_877_102;
const SSL_CODE = 80_877_103;
const GSS_CODE = 80_877_104;
const MAJOR_VERSION = 3;
/** Protocol 3.0 has keys of 4 bytes, 3.2 of up to 256. */
const MAX_KEY_BYTES = 256;
/** ContentType handshake (RFC 8446 5.1). */
const TLS_HANDSHAKE = 0x16;

/** What a client asks for at first. */
export type FirstPacket =
  | { readonly kind: 'encryption' }
  | { readonly kind: 'startup'; readonly version: number; readonly parameters: ReadonlyMap<string, string> }
  /** `key` is the process and its secret, as BackendKeyData had them. */
  | { readonly kind: 'cancel'; readonly key: Buffer };

export type FirstPacketParsing =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'parsed'; readonly packet: FirstPacket; readonly size: number }
  | { readonly kind: 'wrong'; readonly reason: 'tls' | 'length' | 'version' | 'parameters' };

/** Looks at the beginning of what a client sends; `size` is how much of it the packet takes. */
export function parseFirstPacket(bytes: Buffer): FirstPacketParsing {
  if (bytes.length === 0) return { kind: 'incomplete' };
  if (bytes[0] === TLS_HANDSHAKE) return { kind: 'wrong', reason: 'tls' };
  if (bytes.length < 4) return bytes[0] === 0 ? { kind: 'incomplete' } : { kind: 'wrong', reason: 'length' };
  const size = bytes.readUInt32BE(0);
  if (size < HEADER_BYTES || size > MAX_STARTUP_BYTES) return { kind: 'wrong', reason: 'length' };
  if (bytes.length < HEADER_BYTES) return { kind: 'incomplete' };
  const code = bytes.readUInt32BE(4);
  if (bytes.length < size) return { kind: 'incomplete' };
  return parseBody(code, bytes.subarray(HEADER_BYTES, size), size);
}

function parseBody(code: number, body: Buffer, size: number): FirstPacketParsing {
  switch (code) {
    case SSL_CODE:
    case GSS_CODE:
      if (body.length > 0) return { kind: 'wrong', reason: 'length' };
      return { kind: 'parsed', size, packet: { kind: 'encryption' } };
    case CANCEL_CODE:
      if (body.length <= 4 || body.length > 4 + MAX_KEY_BYTES) return { kind: 'wrong', reason: 'length' };
      return { kind: 'parsed', size, packet: { kind: 'cancel', key: Buffer.from(body) } };
    default: {
      if (code >>> 16 !== MAJOR_VERSION) return { kind: 'wrong', reason: 'version' };
      const parameters = parseParameters(body);
      if (parameters === undefined) return { kind: 'wrong', reason: 'parameters' };
      return { kind: 'parsed', size, packet: { kind: 'startup', version: code, parameters } };
    }
  }
}

/** Names and values, each ended by a zero byte, the list by another; latin1 keeps every byte as it was. */
function parseParameters(body: Buffer): ReadonlyMap<string, string> | undefined {
  if (body.length === 0 || body[body.length - 1] !== 0) return undefined;
  const parts = body.toString('latin1', 0, body.length - 1).split('\0');
  // What follows the last ended string, which is nothing.
  if (parts.pop() !== '' || parts.length % 2 !== 0) return undefined;
  const parameters = new Map<string, string>();
  for (let index = 0; index < parts.length; index += 2) {
    const [name = '', value = ''] = parts.slice(index, index + 2);
    // The server would take an empty name for the end of the list, and of a repeated one the last.
    if (name === '' || parameters.has(name)) return undefined;
    parameters.set(name, value);
  }
  return parameters;
}

/** Strings are latin1, as `parseFirstPacket` gives them. */
export function encodeStartup(version: number, parameters: ReadonlyMap<string, string>): Buffer {
  const text = [...parameters].map(([name, value]) => `${name}\0${value}\0`).join('');
  const body = Buffer.from(`${text}\0`, 'latin1');
  const packet = Buffer.alloc(HEADER_BYTES + body.length);
  packet.writeUInt32BE(packet.length, 0);
  packet.writeUInt32BE(version, 4);
  body.copy(packet, HEADER_BYTES);
  return packet;
}

/** Asks a server for TLS; it answers with one byte. */
export const SSL_REQUEST: Buffer = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
