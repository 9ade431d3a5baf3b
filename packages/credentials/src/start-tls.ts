import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { errorCode, type Leg, outsideTls, probeLeg, RelayError, resetLeg, takeIn } from '@mdns-ambassador/relay';
import type { TargetTls } from './credential.ts';

/**
 * Makes a stream of TLS 1.2 or later out of a leg, once the peer has shown a certificate for `serverName` that is trusted. Rejects
 * with a RelayError otherwise, having sent nothing but the handshake; the leg is then the caller's to reset.
 */
export async function startTls(leg: Leg, { ca, serverName }: TargetTls, signal: AbortSignal): Promise<Leg> {
  signal.throwIfAborted();
  const socket = connect({
    socket: leg,
    ...(ca === undefined ? {} : { ca }),
    // An address has no SNI (RFC 6066 3), yet the certificate must name it.
    ...(isIP(serverName) === 0 ? { servername: serverName } : { host: serverName }),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
  });
  takeIn(socket);
  // What happens to it later is its user's to see; between two listeners of theirs an error would end the process.
  socket.on('error', () => undefined);
  await waitForHandshake(socket, serverName, signal);
  socket.pause();
  return Object.assign(socket, {
    resetAndDestroy: () => {
      resetLeg(leg);
      socket.destroy();
    },
    probe: () => {
      probeLeg(leg);
      if (leg.errored) socket.destroy(leg.errored);
    },
  });
}

function waitForHandshake(socket: TLSSocket, serverName: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: RelayError): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('secureConnect', onSecure).off('error', onError).off('close', onClose);
      if (error === undefined) {
        resolve();
        return;
      }
      socket.destroy();
      reject(error);
    };
    const onSecure = (): void => outsideTls(settle);
    const onError = (cause: Error): void =>
      settle(new RelayError(errorCode(cause), `TLS with ${serverName} failed: ${describe(cause)}`, { cause }));
    const onClose = (): void =>
      settle(new RelayError('ECONNRESET', `${serverName} closed the connection within TLS's handshake`));
    const onAbort = (): void => settle(new RelayError('ABORTED', `TLS with ${serverName} was given up`));
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('secureConnect', onSecure).on('error', onError).once('close', onClose);
  });
}

/** OpenSSL's own texts name source lines. */
function describe(cause: Error): string {
  switch (errorCode(cause)) {
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'its certificate is for another name';
    case 'CERT_HAS_EXPIRED':
      return 'its certificate has expired';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_GET_ISSUER_CERT':
      return 'its certificate is by nobody who is trusted; name the authority with caFile';
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
      return 'it does not speak TLS on this port';
    default:
      return errorCode(cause);
  }
}
