import { createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { inspect } from 'node:util';
import { formatChecked, parseChecked } from '../keys/checked-text.ts';
import { createAuthorityKey } from '../keys/derive.ts';
import { MeshError } from '../mesh-error.ts';
import { identifyKey } from '../x509.ts';

/** `ambk1_` and base64url. */
const PREFIX = 'ambk1_';
const SEED_BYTES = 32;
const MAX_TEXT = 64;

/** The key pair by which one machine is known (Ed25519, RFC 8032). Its private half is shown to nobody but the key file. */
export class MachineKey {
  readonly #seed: Buffer;
  readonly #privateKey: KeyObject;

  /** Throws a MeshError unless there are 32 bytes. */
  constructor(seed: Uint8Array) {
    if (seed.length !== SEED_BYTES) {
      throw new MeshError('MALFORMED_KEY', `a machine key has ${SEED_BYTES} bytes, not ${seed.length}`);
    }
    this.#seed = Buffer.from(seed);
    this.#privateKey = createAuthorityKey(seed);
  }

  /** For the key file alone. */
  get seed(): Uint8Array {
    return this.#seed;
  }

  get privateKey(): KeyObject {
    return this.#privateKey;
  }

  get publicKey(): KeyObject {
    return createPublicKey(this.#privateKey);
  }

  /** 40 hexadecimal digits: public, and another for each machine. */
  get id(): string {
    return identifyKey(this.#privateKey);
  }

  sign(bytes: Uint8Array): Buffer {
    return sign(null, bytes, this.#privateKey);
  }

  toJSON(): string {
    return '[machine key]';
  }

  toString(): string {
    return '[machine key]';
  }

  static {
    Object.defineProperty(MachineKey.prototype, inspect.custom, { value: (): string => '[machine key]' });
  }
}

export function createMachineKey(): MachineKey {
  return new MachineKey(randomBytes(SEED_BYTES));
}

/** The line that the key file holds. */
export function formatMachineKey({ seed }: MachineKey): string {
  return formatChecked(PREFIX, seed);
}

export function isMachineKeyText(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** Throws a MeshError that says what is wrong with the text, which is not repeated. */
export function parseMachineKey(text: string): MachineKey {
  const bytes = parseChecked(PREFIX, text, MAX_TEXT);
  if (typeof bytes === 'string') throw refuse(`it ${bytes}`);
  if (bytes.length !== SEED_BYTES) throw refuse('it is too short or too long');
  return new MachineKey(bytes);
}

function refuse(problem: string): MeshError {
  return new MeshError('MALFORMED_KEY', `this is no machine key: ${problem}; join the mesh anew with mesh join`);
}
