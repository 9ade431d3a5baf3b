import { errorCode } from '@mdns-ambassador/relay';

/** Who a certificate of the wrong authority may be of. */
const NOT_OURS = 'its certificate is not of this mesh, role and service, or its key was rotated out';

const REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired (are the clocks of both right?)',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  INVALID_PURPOSE: NOT_OURS,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NOT_OURS,
  UNABLE_TO_GET_ISSUER_CERT: NOT_OURS,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NOT_OURS,
  SELF_SIGNED_CERT_IN_CHAIN: NOT_OURS,
  DEPTH_ZERO_SELF_SIGNED_CERT: NOT_OURS,
  CERT_SIGNATURE_FAILURE: NOT_OURS,
  CERT_UNTRUSTED: NOT_OURS,
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 'it showed no certificate',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'it speaks no TLS 1.3',
  ERR_SSL_NO_APPLICATION_PROTOCOL: 'it does not speak the protocol that is spoken here',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
  ERR_SSL_HTTP_REQUEST: 'it does not speak TLS',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'it did not finish the handshake in time',
};

/** What became of a handshake, by the error that TLS ended it with. */
export type TlsFailure =
  /** The peer left, or the network failed. */
  | { readonly kind: 'broken'; readonly code: string }
  /** The peer can't be who it should be; `reason` for people. */
  | { readonly kind: 'refused'; readonly reason: string };

/** `authorizationError` is what Node found when it verified the certificate; a code or an error. */
export function judgeTlsFailure(error: unknown, authorizationError?: unknown): TlsFailure {
  const verified = typeof authorizationError === 'string' ? authorizationError : readCode(authorizationError);
  const code = verified ?? errorCode(error);
  const reason = REASONS[code];
  if (reason !== undefined) return { kind: 'refused', reason };
  const isOfTls = verified !== undefined || /^(?:ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|ERR_OSSL)/.test(code);
  return isOfTls ? { kind: 'refused', reason: `the handshake failed: ${code}` } : { kind: 'broken', code };
}

function readCode(error: unknown): string | undefined {
  const code = errorCode(error);
  return code === 'UNKNOWN' ? undefined : code;
}
