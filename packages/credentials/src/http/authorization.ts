import type { HttpCredential } from '../credential.ts';
import type { Secret } from '../secret.ts';
import type { SecretSource } from '../secret-source.ts';

/** What a field value may hold without harm to the message around it: RFC 6750's token is narrower. */
const VISIBLE = /^[\x21-\x7e]+$/;

/** The value of `Authorization` (RFC 7617, RFC 6750); undefined when the token has characters that no header can carry. */
export function writeAuthorization(credential: HttpCredential, secret: Secret): string | undefined {
  switch (credential.scheme) {
    case 'basic': {
      const pair = Buffer.concat([Buffer.from(`${credential.username}:`), secret.reveal()]);
      const value = `Basic ${pair.toString('base64')}`;
      pair.fill(0);
      return value;
    }
    case 'bearer': {
      const token = secret.reveal().toString('latin1');
      return VISIBLE.test(token) ? `Bearer ${token}` : undefined;
    }
    default:
      return credential satisfies never;
  }
}

/** Where the password of basic, or the token of bearer, comes from. */
export function secretOf(credential: HttpCredential): SecretSource {
  return credential.scheme === 'basic' ? credential.password : credential.token;
}
