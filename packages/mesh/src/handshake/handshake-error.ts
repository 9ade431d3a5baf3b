import { RelayError } from '@mdns-ambassador/relay';
import type { RefusalWord } from './preamble.ts';

/** Why a dial through a mesh failed though somebody answered; everything else keeps the code that relay gives it. */
export const HANDSHAKE_CODES: Readonly<Record<RefusalWord | 'identity' | 'refused' | 'quarantine', string>> = {
  busy: 'MESH_BUSY',
  down: 'MESH_DOWN',
  draining: 'MESH_DRAINING',
  /** The peer knows who we are and does not want us. */
  denied: 'MESH_DENIED',
  /** The peer is not who may serve us. */
  identity: 'MESH_IDENTITY',
  /** The peer broke off without a word: it does not accept who we are, or it died. */
  refused: 'MESH_REFUSED',
  /** It has failed before, and was not asked again. */
  quarantine: 'MESH_QUARANTINE',
};

const REASONS: Readonly<Record<RefusalWord, string>> = {
  busy: 'is busy',
  down: 'says that its service is down',
  draining: 'is leaving',
  denied: 'denies us its service',
};

export function createHandshakeError(kind: keyof typeof HANDSHAKE_CODES, message: string): RelayError {
  return new RelayError(HANDSHAKE_CODES[kind], message);
}

export function createRefusalError(refusal: RefusalWord, place: string): RelayError {
  return createHandshakeError(refusal, `${place} ${REASONS[refusal]}`);
}
