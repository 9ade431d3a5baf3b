import { expect, test } from 'vitest';
import { parseCheck } from '../../src/parse/check.ts';

test.each([
  ['tcp', { kind: 'tcp' }],
  ['none', { kind: 'none' }],
  ['redis', { kind: 'redis' }],
  ['postgres', { kind: 'postgres' }],
  ['http', { kind: 'http', path: '/' }],
  ['http:/health?deep=1', { kind: 'http', path: '/health?deep=1' }],
  ['exec:pg_isready -q', { kind: 'exec', command: 'pg_isready -q' }],
  ['exec:sh -c "a:b"', { kind: 'exec', command: 'sh -c "a:b"' }],
])('%s', (text, check) => {
  expect(parseCheck(text)).toEqual(check);
});

test.each([
  ['tpc', 'did you mean tcp?'],
  ['ping', 'one of tcp, http:/path'],
  ['http:health', 'a path that starts with /'],
  ['http:/a b', 'a path that starts with /'],
  ['exec:', 'names no command'],
  ['tcp:80', 'takes nothing after it'],
  ['', 'is no check'],
])('"%s": %s', (text, sentence) => {
  expect(() => parseCheck(text)).toThrow(sentence);
});
