import { expect, test } from 'vitest';
import { parseCheck, parseProxyCheck } from '../../src/parse/check.ts';

test.each([
  ['tcp', { kind: 'tcp' }],
  ['none', { kind: 'none' }],
  ['redis', { kind: 'redis' }],
  ['postgres', { kind: 'postgres' }],
  ['mysql', { kind: 'mysql' }],
  ['ssh', { kind: 'ssh' }],
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

test.each([
  ['redis-primary', { kind: 'redis-primary' }],
  ['postgres-primary', { kind: 'postgres-primary', user: 'postgres', database: 'postgres' }],
  ['postgres-primary:monitor', { kind: 'postgres-primary', user: 'monitor', database: 'monitor' }],
  ['postgres-primary:monitor@app', { kind: 'postgres-primary', user: 'monitor', database: 'app' }],
  ['http:/health', { kind: 'http', path: '/health' }],
  ['none', { kind: 'none' }],
])('proxy: %s', (text, check) => {
  expect(parseProxyCheck(text)).toEqual(check);
});

test.each([
  ['redis-primray', 'did you mean redis-primary?'],
  ['postgres-primary:', 'names no user'],
  ['postgres-primary:a@', 'names no user'],
  ['postgres-primary:a@b@c', 'names no user'],
  ['redis-primary:x', 'takes nothing after it'],
])('proxy: "%s": %s', (text, sentence) => {
  expect(() => parseProxyCheck(text)).toThrow(sentence);
});

test('announce has no check for primaries', () => {
  expect(() => parseCheck('redis-primary')).toThrow('is no check');
});
