import { expect, test } from 'vitest';
import { judgeTlsFailure } from '../../src/handshake/tls-failure.ts';

const failure = (code: string): Error => Object.assign(new Error(code), { code });

test.each([
  ['CERT_HAS_EXPIRED', 'its certificate has expired (are the clocks of both right?)'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate is not of this mesh, role and service, or its key was rotated out'],
  ['ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE', 'it showed no certificate'],
  ['ERR_SSL_SOMETHING_NEW', 'the handshake failed: ERR_SSL_SOMETHING_NEW'],
])('%s says who the peer is not', (code, reason) => {
  expect(judgeTlsFailure(failure(code))).toEqual({ kind: 'refused', reason });
});

test('what Node found in the certificate counts more than that the connection broke', () => {
  expect(judgeTlsFailure(failure('ECONNRESET'), 'CERT_HAS_EXPIRED')).toMatchObject({ kind: 'refused' });
  expect(judgeTlsFailure(failure('ECONNRESET'), failure('CERT_REJECTED'))).toMatchObject({ kind: 'refused' });
});

test.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT'])('%s says nothing about the peer', (code) => {
  expect(judgeTlsFailure(failure(code))).toEqual({ kind: 'broken', code });
});
