import type { KeyObject } from 'node:crypto';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { type Leg, outsideTls, RelayError, resetLeg } from '@mdns-ambassador/relay';
import { createHandshakeError } from '../handshake/handshake-error.ts';
import { judgeTlsFailure } from '../handshake/tls-failure.ts';
import { makeLeg } from '../handshake/tls-leg.ts';
import type { MachineIdentity } from '../membership/machine-identity.ts';
import type { IdentityStyle, Papers } from '../papers.ts';
import type { PeerIdentity, PeerVerdict } from '../peer-identity.ts';

/** Tells an announcer that belongs to several meshes which one is meant, and that machines are known; no name of the web. */
const SUFFIXES: Readonly<Record<IdentityStyle, string>> = { machine: '.machine.ambassador', role: '.ambassador' };

/** A connection whose two ends know each other. */
export interface SecureConnection {
  readonly leg: Leg;
  /** The mesh that the peer belongs to. */
  readonly meshId: string;
  readonly style: IdentityStyle;
  readonly identity: MachineIdentity;
  readonly publicKey: KeyObject;
  /** What both chose to speak. */
  readonly protocol: string | undefined;
}

/** Is handed the connection with somebody who was removed, to tell it so and end it. */
export type Farewell = (leg: Leg, identity: MachineIdentity, protocol: string | undefined) => void;

/**
 * The TLS part of the handshake, over a connection that was dialled. Rejects with a RelayError; the connection is reset
 * then, or `farewell` has it. `place` is for people.
 */
export function connectSecure(
  raw: Leg,
  papers: Papers,
  identity: PeerIdentity,
  place: string,
  signal: AbortSignal,
  farewell: Farewell = resetLeg,
): Promise<SecureConnection> {
  return new Promise((resolve, reject) => {
    const secure: TLSSocket = connectTls({
      socket: raw,
      secureContext: papers.context,
      servername: papers.standing.meshId + SUFFIXES[papers.style],
      ALPNProtocols: [...identity.protocols],
      minVersion: 'TLSv1.3',
      rejectUnauthorized: true,
      // Members have no host names: who the peer is, is judged below, before a byte is sent.
      checkServerIdentity: () => undefined,
    });
    skipReadingCertificate(secure);
    const leg = makeLeg(secure, raw);
    let isSettled = false;
    const fail = (error: RelayError): void => {
      settle();
      resetLeg(leg);
      reject(error);
    };
    const settle = (): void => {
      isSettled = true;
      secure.off('secureConnect', onSecure).off('error', onError).off('close', onClose);
      signal.removeEventListener('abort', onAbort);
    };
    const onSecure = (): void => {
      secure.pause();
      const verdict = identity.judge(secure);
      outsideTls(() => {
        if (!isSettled) conclude(verdict);
      });
    };
    const conclude = (verdict: PeerVerdict): void => {
      if (verdict.kind === 'removed') {
        settle();
        farewell(leg, verdict.identity, secure.alpnProtocol || undefined);
        reject(createHandshakeError('identity', `${place} ${verdict.reason}`));
        return;
      }
      if (verdict.kind === 'stranger') {
        fail(createHandshakeError('identity', `${place} ${verdict.reason}`));
        return;
      }
      settle();
      const { meshId, style, identity: shown, publicKey } = verdict;
      resolve({ leg, meshId, style, identity: shown, publicKey, protocol: secure.alpnProtocol || undefined });
    };
    const onError = (error: unknown): void => {
      const failure = judgeTlsFailure(error, secure.authorizationError);
      if (failure.kind === 'refused') fail(createHandshakeError('identity', `${place}: ${failure.reason}`));
      else fail(new RelayError(failure.code, `${place} broke off the handshake: ${failure.code}`, { cause: error }));
    };
    const onClose = (): void => fail(new RelayError('ECONNRESET', `${place} broke off the handshake`));
    const onAbort = (): void => fail(new RelayError('ABORTED', `The handshake with ${place} was given up`));
    secure.once('secureConnect', onSecure).once('error', onError).once('close', onClose);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

/**
 * Node has each certificate and its issuer's read into an object for `checkServerIdentity`, which has no use for it: as much
 * work as a signature takes. That the chain is good is OpenSSL's word, and not touched by this.
 */
function skipReadingCertificate(secure: TLSSocket): void {
  Object.defineProperty(secure, 'getPeerCertificate', { value: () => ({}) });
}

/** The mesh that a client asked for by the name, and as whom it knows others; undefined for any other name. */
export function readServerName(name: string): { readonly meshId: string; readonly style: IdentityStyle } | undefined {
  const style = (['machine', 'role'] as const).find((one) => name.endsWith(SUFFIXES[one]));
  return style === undefined ? undefined : { meshId: name.slice(0, -SUFFIXES[style].length), style };
}
