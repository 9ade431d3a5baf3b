import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { type CpaceMessage, CpaceRun, concatLengthValues } from './cpace.ts';
import { InvitationError } from './invitation-error.ts';

/** Of this protocol; another version is another channel, and no key comes about. */
const CHANNEL = Buffer.from('ambassador/join/1', 'latin1');
export const SCALAR_BYTES = 32;
/** Of what is shown to prove the key. */
export const PROOF_BYTES = 64;
const KEY_BYTES = 32;
const TAG_BYTES = 16;
const NONCE_BYTES = 12;

export type AgreementSide = 'joiner' | 'inviter';

/**
 * Both ends of one joining, up to the key: CPace, with the joiner as its initiator. The session identifier is of all that was said before, both nonces
 * among it, and the shares are in the transcript of the key: who stands between and changes a byte has another key than either end. Addresses are not
 * in it: behind a NAT each end knows others.
 */
export class KeyAgreement {
  readonly side: AgreementSide;
  readonly share: Uint8Array;
  readonly #run: CpaceRun;
  readonly #sid: Buffer;

  /** `said`: the bodies of the frames before the shares, in order. `scalar`: {@link CpaceRun}. */
  constructor(side: AgreementSide, code: string, said: readonly Uint8Array[], scalar: Uint8Array) {
    this.side = side;
    this.#sid = createHash('sha512')
      .update(concatLengthValues(CHANNEL, ...said))
      .digest();
    this.#run = new CpaceRun({ prs: Buffer.from(code, 'utf8'), ci: CHANNEL, sid: this.#sid }, scalar);
    this.share = this.#run.share;
  }

  /** Throws an InvitationError where the other's share is none. */
  agree(other: Uint8Array): SharedKey {
    const isJoiner = this.side === 'joiner';
    const joiner = message('joiner', isJoiner ? this.share : other);
    const inviter = message('inviter', isJoiner ? other : this.share);
    const secret = this.#run.finish(other, joiner, inviter);
    if (secret === undefined) throw new InvitationError('malformed', 'the other end sent no part of a key');
    return new SharedKey(this.side, secret, this.#sid, joiner, inviter);
  }
}

/** The key of one joining: what proves it, and what is sealed by it. It is the same at both ends only if both know the code. */
export class SharedKey {
  /** What both ends know of this connection and nobody else does; 32 bytes. */
  readonly context: Uint8Array;
  /** Shows to the other end that this one has the key; 64 bytes. */
  readonly proof: Buffer;
  readonly #expected: Buffer;
  readonly #sending: Channel;
  readonly #receiving: Channel;

  constructor(side: AgreementSide, secret: Uint8Array, sid: Uint8Array, joiner: CpaceMessage, inviter: CpaceMessage) {
    const derive = (purpose: string): Buffer =>
      Buffer.from(hkdfSync('sha512', secret, sid, `ambassador/join/1 ${purpose}`, KEY_BYTES));
    const confirm = derive('confirm');
    const proofs = { joiner: prove(confirm, joiner), inviter: prove(confirm, inviter) };
    const other = side === 'joiner' ? 'inviter' : 'joiner';
    this.proof = proofs[side];
    this.#expected = proofs[other];
    this.context = derive('context');
    this.#sending = new Channel(derive(`seal ${side}`));
    this.#receiving = new Channel(derive(`seal ${other}`));
  }

  /** Whether the other end has the key. Takes the same time whatever differs. */
  verify(proof: Uint8Array): boolean {
    return proof.length === this.#expected.length && timingSafeEqual(proof, this.#expected);
  }

  seal(text: string): Buffer {
    return this.#sending.seal(Buffer.from(text, 'utf8'));
  }

  /** Throws an InvitationError for what was not sealed by the other end, or not in this order. */
  open(sealed: Uint8Array): string {
    const bytes = this.#receiving.open(sealed);
    if (bytes === undefined) throw new InvitationError('malformed', 'what came was changed on its way');
    return bytes.toString('utf8');
  }
}

/** AES-256-GCM in one direction; the nonce counts. */
class Channel {
  readonly #key: Buffer;
  #count = 0;

  constructor(key: Buffer) {
    this.#key = key;
  }

  seal(bytes: Uint8Array): Buffer {
    const cipher = createCipheriv('aes-256-gcm', this.#key, this.#nextNonce());
    return Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  }

  open(sealed: Uint8Array): Buffer | undefined {
    if (sealed.length < TAG_BYTES) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, this.#nextNonce());
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
    } catch {
      return undefined;
    }
  }

  #nextNonce(): Buffer {
    const nonce = Buffer.alloc(NONCE_BYTES);
    nonce.writeUInt32BE(this.#count++, NONCE_BYTES - 4);
    return nonce;
  }
}

function message(side: AgreementSide, share: Uint8Array): CpaceMessage {
  return { share, data: Buffer.from(side, 'latin1') };
}

function prove(key: Uint8Array, { share, data }: CpaceMessage): Buffer {
  return createHmac('sha512', key).update(concatLengthValues(share, data)).digest();
}
