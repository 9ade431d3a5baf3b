import { createHash } from 'node:crypto';
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';

/** draft-irtf-cfrg-cpace: the suite CPACE-RISTR255-SHA512. */
const DSI = Buffer.from('CPaceRistretto255', 'latin1');
const ISK_DSI = Buffer.from('CPaceRistretto255_ISK', 'latin1');
/** H.s_in_bytes of SHA-512. */
const BLOCK_BYTES = 128;
/** G.group_size_bits is 252: of the last byte of a scalar these bits are used. */
const LAST_SCALAR_BITS = 0x0f;
/** Of a scalar, and of a group element as it is sent. */
export const GROUP_BYTES = 32;

export interface CpaceInputs {
  /** The password-related string. */
  readonly prs: Uint8Array;
  /** The channel identifier. */
  readonly ci: Uint8Array;
  readonly sid: Uint8Array;
}

/** What one side sends. */
export interface CpaceMessage {
  /** Ya or Yb, 32 bytes. */
  readonly share: Uint8Array;
  /** ADa or ADb. */
  readonly data: Uint8Array;
}

/** One run of CPace on one side, initiator (A) or responder (B). */
export class CpaceRun {
  /** What is sent to the other side. */
  readonly share: Uint8Array;
  readonly #scalar: bigint;
  readonly #sid: Uint8Array;

  /** `scalar`: 32 bytes by a generator for secrets, drawn anew for each run. */
  constructor({ prs, ci, sid }: CpaceInputs, scalar: Uint8Array) {
    this.#sid = sid;
    this.#scalar = readScalar(scalar);
    this.share = deriveGenerator({ prs, ci, sid }).multiply(this.#scalar).toBytes();
  }

  /** K: the secret point, 32 bytes; undefined where the other's share is no element of the group, or the neutral one. */
  agree(share: Uint8Array): Uint8Array | undefined {
    try {
      const secret = ristretto255.Point.fromBytes(share).multiply(this.#scalar);
      return secret.is0() ? undefined : secret.toBytes();
    } catch {
      return undefined;
    }
  }

  /** The intermediate session key, 64 bytes, of the initiator's message `a` and the responder's `b`; undefined as in `agree`. */
  finish(other: Uint8Array, a: CpaceMessage, b: CpaceMessage): Uint8Array | undefined {
    const secret = this.agree(other);
    if (secret === undefined) return undefined;
    const transcript = [concatLengthValues(a.share, a.data), concatLengthValues(b.share, b.data)];
    return hash(Buffer.concat([concatLengthValues(ISK_DSI, this.#sid, secret), ...transcript]));
  }
}

export function composeGeneratorString({ prs, ci, sid }: CpaceInputs): Buffer {
  const padding = Math.max(0, BLOCK_BYTES - prependLength(prs).length - prependLength(DSI).length - 1);
  return concatLengthValues(DSI, prs, Buffer.alloc(padding), ci, sid);
}

/** lv_cat of the draft: each string behind its length in LEB128. */
export function concatLengthValues(...strings: readonly Uint8Array[]): Buffer {
  return Buffer.concat(strings.map(prependLength));
}

function deriveGenerator(inputs: CpaceInputs): InstanceType<typeof ristretto255.Point> {
  const { deriveToCurve } = ristretto255_hasher;
  if (deriveToCurve === undefined)
    throw new TypeError('this version of @noble/curves derives no element of ristretto255');
  return deriveToCurve(hash(composeGeneratorString(inputs)));
}

/** Little-endian, and below the order of the group. */
function readScalar(bytes: Uint8Array): bigint {
  const [last = 0, ...others] = Buffer.from(bytes).reverse();
  return BigInt(`0x${Buffer.from([last & LAST_SCALAR_BITS, ...others]).toString('hex')}`);
}

function prependLength(bytes: Uint8Array): Buffer {
  const length: number[] = [];
  let rest = bytes.length;
  do {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return Buffer.concat([Buffer.from(length), bytes]);
}

function hash(bytes: Uint8Array): Buffer {
  return createHash('sha512').update(bytes).digest();
}
