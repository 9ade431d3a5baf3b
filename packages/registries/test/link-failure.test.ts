import { expect, test } from 'vitest';
import { describeLinkFailure } from '../src/link-failure.ts';

function fail(code: string): Error {
  return Object.assign(new Error(`connect ${code} 10.0.0.8:2181 - Local (0.0.0.0:0)`), { code });
}

test.each([
  [fail('ECONNREFUSED'), 'it refuses connections (ECONNREFUSED)'],
  [fail('ENETUNREACH'), 'there is no way to it (ENETUNREACH)'],
  [fail('ECONNRESET'), 'it reset the connection (ECONNRESET)'],
  [fail('ETIMEDOUT'), 'it does not answer (ETIMEDOUT)'],
  [fail('ENOTFOUND'), "its name can't be looked up (ENOTFOUND)"],
  [new Error('no answer within 500 ms'), 'no answer within 500 ms'],
  ['odd', 'odd'],
])('%j is told as "%s"', (error, words) => {
  expect(describeLinkFailure(error)).toBe(words);
});
