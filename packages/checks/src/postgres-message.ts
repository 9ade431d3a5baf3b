/** PostgreSQL protocol 3.0, message formats: a type, then the length of itself and the body. */
const TYPE_BYTES = 1;
const LENGTH_BYTES = 4;
const PROTOCOL_VERSION = 0x0003_0000;

/** A message of the server. */
interface PostgresServerMessage {
  /** `R`, `E`, `D` ... */
  readonly type: string;
  readonly body: Buffer;
}

/** What the bytes so far hold: whole messages alone. `isBroken`: they are no messages of PostgreSQL. */
export interface PostgresReading {
  readonly messages: readonly PostgresServerMessage[];
  readonly isBroken: boolean;
}

export function readPostgresMessages(bytes: Buffer): PostgresReading {
  const messages: PostgresServerMessage[] = [];
  for (let at = 0; at < bytes.length; ) {
    const type = String.fromCharCode(bytes[at] ?? 0);
    if (!/[A-Za-z0-9]/.test(type)) return { messages, isBroken: true };
    if (at + TYPE_BYTES + LENGTH_BYTES > bytes.length) break;
    const length = bytes.readUInt32BE(at + TYPE_BYTES);
    if (length < LENGTH_BYTES) return { messages, isBroken: true };
    const end = at + TYPE_BYTES + length;
    if (end > bytes.length) break;
    messages.push({ type, body: bytes.subarray(at + TYPE_BYTES + LENGTH_BYTES, end) });
    at = end;
  }
  return { messages, isBroken: false };
}

/** StartupMessage. No text may contain a NUL. */
export function writeStartup(parameters: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}\0${value}\0`);
  const body = Buffer.from(`${pairs.join('')}\0`);
  const head = Buffer.alloc(2 * LENGTH_BYTES);
  head.writeUInt32BE(head.length + body.length);
  head.writeUInt32BE(PROTOCOL_VERSION, LENGTH_BYTES);
  return Buffer.concat([head, body]);
}

/** Any other message of a client. */
export function writePostgresMessage(type: string, body: string = ''): Buffer {
  const text = Buffer.from(body);
  const head = Buffer.alloc(TYPE_BYTES + LENGTH_BYTES);
  head.write(type, 'latin1');
  head.writeUInt32BE(LENGTH_BYTES + text.length, TYPE_BYTES);
  return Buffer.concat([head, text]);
}

/** The `M` field of an ErrorResponse: what went wrong, for people. */
export function readErrorText(body: Buffer): string {
  return readField(body, 'M') ?? 'an error without a text';
}

/** The `C` field of an ErrorResponse: the SQLSTATE. */
export function readErrorCode(body: Buffer): string | undefined {
  return readField(body, 'C');
}

function readField(body: Buffer, type: string): string | undefined {
  const field = body
    .toString()
    .split('\0')
    .find((text) => text.startsWith(type));
  return field?.slice(type.length);
}

/** The first column of a DataRow as text; undefined when it is NULL or missing. */
export function readFirstColumn(body: Buffer): string | undefined {
  const countBytes = 2;
  if (body.length < countBytes + LENGTH_BYTES) return undefined;
  const length = body.readInt32BE(countBytes);
  return length < 0 ? undefined : body.toString('utf8', countBytes + LENGTH_BYTES, countBytes + LENGTH_BYTES + length);
}
