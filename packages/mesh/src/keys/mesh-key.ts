import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { MeshError } from '../mesh-error.ts';
import { decodeBase32, encodeBase32 } from './base32.ts';

/** CONTRACT 4: `amb1_`, 32 bytes and their checksum in base32. */
const PREFIX = 'amb1_';
const SECRET_BYTES = 32;
/** With the secret a multiple of 5 bytes, so that no bits are left over. */
const CHECKSUM_BYTES = 3;
const TEXT_CHARACTERS = 56;

/** The secret of one mesh: who has it is a member. It is shown to nobody but the key file. */
export class MeshKey {
  readonly #secret: Buffer;

  /** Throws a MeshError unless there are 32 bytes. */
  constructor(secret: Uint8Array) {
    if (secret.length !== SECRET_BYTES) {
      throw new MeshError('MALFORMED_KEY', `a mesh key has ${SECRET_BYTES} bytes, not ${secret.length}`);
    }
    this.#secret = Buffer.from(secret);
  }

  /** For derivation alone. */
  get secret(): Uint8Array {
    return this.#secret;
  }

  toJSON(): string {
    return '[mesh key]';
  }

  toString(): string {
    return '[mesh key]';
  }

  static {
    Object.defineProperty(MeshKey.prototype, inspect.custom, { value: (): string => '[mesh key]' });
  }
}

/** The text that the key file holds. */
export function formatMeshKey({ secret }: MeshKey): string {
  return PREFIX + encodeBase32(Buffer.concat([secret, checksum(secret)]));
}

/** Whether it begins as one. */
export function isMeshKeyText(text: string): boolean {
  return text.toLowerCase().startsWith(PREFIX);
}

/** Throws a MeshError that says what is wrong with the text; the text itself, which may be nearly a secret, is not in it. */
export function parseMeshKey(text: string): MeshKey {
  if (!isMeshKeyText(text)) throw refuse(`it does not begin with ${PREFIX}`);
  const body = text.slice(PREFIX.length);
  if (body.length !== TEXT_CHARACTERS) {
    throw refuse(`${TEXT_CHARACTERS} characters follow ${PREFIX}, and there are ${body.length}`);
  }
  const bytes = decodeBase32(body);
  if (bytes === undefined) throw refuse('it has a character that no key has');
  const secret = bytes.subarray(0, SECRET_BYTES);
  if (!checksum(secret).equals(bytes.subarray(SECRET_BYTES)))
    throw refuse('its checksum is wrong: a character differs');
  return new MeshKey(secret);
}

function checksum(secret: Uint8Array): Buffer {
  return createHash('sha256').update(PREFIX).update(secret).digest().subarray(0, CHECKSUM_BYTES);
}

function refuse(problem: string): MeshError {
  return new MeshError('MALFORMED_KEY', `this is no mesh key: ${problem}; copy the whole line that mesh init wrote`);
}
