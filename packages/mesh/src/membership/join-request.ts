import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { formatChecked, parseChecked } from '../keys/checked-text.ts';
import { MeshError } from '../mesh-error.ts';
import type { MachineKey } from './machine-key.ts';
import { isMachineName } from './machine-name.ts';

/** `ambj1_` and base64url. */
const PREFIX = 'ambj1_';
/** RFC 8410 4: what stands before the 32 bytes of an Ed25519 public key. */
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const KEY_BYTES = 32;
const PROOF_BYTES = 64;
/** Characters of a request. */
export const MAX_REQUEST_TEXT = 512;

/** A machine asks a keeper to be let into its mesh. */
export interface JoinRequest {
  readonly publicKey: KeyObject;
  /** What it would be called; the keeper decides. */
  readonly name: string;
}

/**
 * The request of a machine, with the proof that it has the private key. `context` is what both ends know of the connection that carries it, so
 * that it is of no use on another. Throws a MeshError for what is no machine name.
 */
export function formatJoinRequest(key: MachineKey, name: string, context: Uint8Array): string {
  if (!isMachineName(name)) {
    throw new MeshError('MALFORMED_KEY', `"${name}" is no machine name: use 1 to 32 of a-z, 0-9 and -`);
  }
  const claim = Buffer.concat([exportRaw(key.publicKey), Buffer.from(name, 'latin1')]);
  return formatChecked(PREFIX, Buffer.concat([key.sign(frame(claim, context)), claim]));
}

/** Throws a MeshError that says what is wrong with it. */
export function parseJoinRequest(text: string, context: Uint8Array): JoinRequest {
  const body = parseChecked(PREFIX, text, MAX_REQUEST_TEXT);
  if (typeof body === 'string') throw refuse(`it ${body}`);
  const claim = body.subarray(PROOF_BYTES);
  const raw = claim.subarray(0, KEY_BYTES);
  const name = claim.subarray(KEY_BYTES).toString('latin1');
  if (raw.length !== KEY_BYTES || !isMachineName(name)) throw refuse('it names no machine');
  const publicKey = importRaw(raw);
  if (publicKey === undefined || !verify(null, frame(claim, context), publicKey, body.subarray(0, PROOF_BYTES))) {
    throw refuse('its sender does not show that it has the key, on this connection');
  }
  return { publicKey, name };
}

function frame(claim: Uint8Array, context: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(claim.length);
  return Buffer.concat([Buffer.from('ambassador/join/v1\n', 'latin1'), length, claim, context]);
}

function exportRaw(publicKey: KeyObject): Buffer {
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES);
}

function importRaw(raw: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ format: 'der', type: 'spki', key: Buffer.concat([ED25519_SPKI, raw]) });
  } catch {
    return undefined;
  }
}

function refuse(problem: string): MeshError {
  return new MeshError('MALFORMED_KEY', `this is no request to join a mesh: ${problem}`);
}
