import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import { type JsonGeneralNames, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { expect, test } from 'vitest';
import { readMemberUri } from '../src/member-uri.ts';

const URI = 'ambassador://0123456789abcdef/announce/redis';
const OTHER = 'ambassador://0123456789abcdef/proxy/redis';

/** As whoever has a key of his own can make one, whatever it says. */
async function certify(...extensions: readonly JsonGeneralNames[]): Promise<X509Certificate> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=whoever',
      keys,
      signingAlgorithm: algorithm,
      extensions: extensions.map((names) => new SubjectAlternativeNameExtension(names)),
    },
    webcrypto,
  );
  return new X509Certificate(Buffer.from(certificate.rawData));
}

test('one URI is read', async () => {
  expect(readMemberUri(await certify([{ type: 'url', value: URI }]))).toBe(URI);
});

test.each<readonly [string, readonly JsonGeneralNames[]]>([
  ['none', []],
  [
    'two',
    [
      [
        { type: 'url', value: OTHER },
        { type: 'url', value: URI },
      ],
    ],
  ],
  [
    'a name of a host beside it',
    [
      [
        { type: 'dns', value: 'h1' },
        { type: 'url', value: URI },
      ],
    ],
  ],
  ['a name of a host that looks like one', [[{ type: 'dns', value: `URI:${URI}` }]]],
  ['a host behind which another would begin', [[{ type: 'dns', value: `h1, URI:${URI}` }]]],
  ['one behind which another would begin', [[{ type: 'url', value: `${OTHER}, URI:${URI}` }]]],
  ['one with a quote', [[{ type: 'url', value: `${URI}"` }]]],
  ['one that goes on in another line', [[{ type: 'url', value: `${URI}\n` }]]],
])('of %s nothing is read', async (_, extensions) => {
  expect(readMemberUri(await certify(...extensions))).toBeUndefined();
});
