/** What the two ends of a joining say to one another. */
export type InvitationFrameKind = (typeof KINDS)[number];

export interface InvitationFrame {
  readonly kind: InvitationFrameKind;
  readonly body: Buffer;
}

/** The type of the first is 1. */
const KINDS = ['hello', 'greeting', 'share', 'confirm', 'sealed', 'refused', 'elsewhere'] as const;
/** The type, and the length of the body. */
export const HEADER_BYTES = 3;
/** Of a body, before both have proved that they know the code. */
export const SHORT_BYTES = 64;
/** Of a body, afterwards: a membership, and what seals it. */
export const LONG_BYTES = 60_000;

/** The body has 65,535 bytes at most. */
export function encodeFrame(kind: InvitationFrameKind, body: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(KINDS.indexOf(kind) + 1);
  header.writeUInt16BE(body.length, 1);
  return Buffer.concat([header, body]);
}

/** The first frame, and what follows it; `more` where it is not whole yet; undefined where it is none, or longer than `maxBytes`. */
export function cutFrame(
  bytes: Buffer,
  maxBytes: number,
): { readonly frame: InvitationFrame; readonly rest: Buffer } | 'more' | undefined {
  if (bytes.length < HEADER_BYTES)
    return bytes.length > 0 && kindOf(bytes.readUInt8()) === undefined ? undefined : 'more';
  const kind = kindOf(bytes.readUInt8());
  const length = bytes.readUInt16BE(1);
  if (kind === undefined || length > maxBytes) return undefined;
  const end = HEADER_BYTES + length;
  if (bytes.length < end) return 'more';
  return { frame: { kind, body: bytes.subarray(HEADER_BYTES, end) }, rest: bytes.subarray(end) };
}

function kindOf(type: number): InvitationFrameKind | undefined {
  return KINDS[type - 1];
}
