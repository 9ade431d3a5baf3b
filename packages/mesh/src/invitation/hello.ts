const MAGIC = Buffer.from('ambjoin', 'latin1');
const VERSION = 1;
export const NONCE_BYTES = 16;
export const HELLO_BYTES: number = MAGIC.length + 2 + NONCE_BYTES;

/** What a joiner says first: which invitation it is about. */
export interface Hello {
  readonly version: number;
  readonly number: number;
}

export function encodeHello(number: number, nonce: Uint8Array): Buffer {
  return Buffer.concat([MAGIC, Buffer.from([VERSION, number]), nonce]);
}

/** Undefined where it is none. */
export function readHello(body: Buffer): Hello | undefined {
  if (body.length !== HELLO_BYTES || !body.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  return { version: body.readUInt8(MAGIC.length), number: body.readUInt8(MAGIC.length + 1) };
}

export function isKnownVersion({ version }: Hello): boolean {
  return version === VERSION;
}
