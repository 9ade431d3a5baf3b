import { format, inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Secret } from '../src/secret.ts';

test('whatever prints a secret prints [secret]', () => {
  const secret = new Secret(Buffer.from('hunter2'));
  const credential = { protocol: 'redis', password: secret, list: [secret] };
  const error = new Error(`failed with ${secret}`, { cause: credential });
  const shown = [
    String(secret),
    `${secret}`,
    JSON.stringify(credential),
    inspect(credential, { depth: 9, showHidden: true }),
    format('%s %o %j', secret, secret, secret),
    inspect(error),
    Object.keys(secret).join(),
  ].join('\n');
  expect(shown).not.toMatch(/hunter2|68 75 6e 74|104, 117/);
  expect(String(secret)).toBe('[secret]');
});

test('a secret is a copy, and is compared by its bytes', () => {
  const bytes = Buffer.from('hunter2');
  const secret = new Secret(bytes);
  bytes.fill(0);
  expect(secret.equals(new Secret(Buffer.from('hunter2')))).toBe(true);
  expect(secret.equals(new Secret(Buffer.from('hunter3')))).toBe(false);
  expect(secret.equals(new Secret(Buffer.from('hunter')))).toBe(false);
});
