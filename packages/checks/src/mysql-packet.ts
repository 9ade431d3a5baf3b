/** MySQL client/server protocol: three bytes of length, little endian, one of sequence, then the body. */
const HEAD_BYTES = 4;
const LENGTH_BYTES = 3;
/** No greeting and no error is longer. */
const LONGEST_BODY = 4096;

const CLIENT_PROTOCOL_41 = 0x200;
const CLIENT_SECURE_CONNECTION = 0x8000;
const CLIENT_PLUGIN_AUTH = 0x8_0000;
const LARGEST_PACKET = 0x100_0000;
/** utf8mb4 */
const CHARACTER_SET = 45;
const RESERVED_BYTES = 23;
const USER = 'ambassador';
const PLUGIN = 'mysql_native_password';

/** A packet of the server. */
export interface MysqlPacket {
  readonly sequence: number;
  readonly body: Buffer;
}

/** What the bytes so far hold: whole packets alone. `isBroken`: they are no packets of MySQL. */
export interface MysqlReading {
  readonly packets: readonly MysqlPacket[];
  readonly isBroken: boolean;
}

export function readMysqlPackets(bytes: Buffer): MysqlReading {
  const packets: MysqlPacket[] = [];
  for (let at = 0; at + HEAD_BYTES <= bytes.length; ) {
    const length = bytes.readUIntLE(at, LENGTH_BYTES);
    if (length === 0 || length > LONGEST_BODY) return { packets, isBroken: true };
    const end = at + HEAD_BYTES + length;
    if (end > bytes.length) break;
    packets.push({ sequence: bytes[at + LENGTH_BYTES] ?? 0, body: bytes.subarray(at + HEAD_BYTES, end) });
    at = end;
  }
  return { packets, isBroken: false };
}

/** HandshakeResponse41 of the user `ambassador` with an empty password. */
export function writeHandshakeResponse(sequence: number): Buffer {
  const fixed = Buffer.alloc(9 + RESERVED_BYTES);
  fixed.writeUInt32LE(CLIENT_PROTOCOL_41 | CLIENT_SECURE_CONNECTION | CLIENT_PLUGIN_AUTH);
  fixed.writeUInt32LE(LARGEST_PACKET, 4);
  fixed.writeUInt8(CHARACTER_SET, 8);
  const body = Buffer.concat([fixed, Buffer.from(`${USER}\0\0${PLUGIN}\0`)]);
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUIntLE(body.length, 0, LENGTH_BYTES);
  head.writeUInt8(sequence, LENGTH_BYTES);
  return Buffer.concat([head, body]);
}
