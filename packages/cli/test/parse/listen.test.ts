import { expect, test } from 'vitest';
import { parseListen } from '../../src/parse/listen.ts';

test('an address with a port, a unix path, and localhost for both loopbacks', () => {
  expect(parseListen('127.0.0.1:6379')).toEqual([{ kind: 'tcp', address: '127.0.0.1', port: 6379 }]);
  expect(parseListen('[::1]:0')).toEqual([{ kind: 'tcp', address: '::1', port: 0 }]);
  expect(parseListen('unix:/run/redis.sock')).toEqual([{ kind: 'unix', path: '/run/redis.sock' }]);
  expect(parseListen('localhost:80')).toEqual([
    { kind: 'tcp', address: '127.0.0.1', port: 80 },
    { kind: 'tcp', address: '::1', port: 80 },
  ]);
});

test.each([
  ['6379', 'ADDRESS:PORT'],
  ['nowhere', 'ADDRESS:PORT'],
  ['db.example:80', 'write the address to listen on'],
  ['unix:', 'no usable path'],
  [`unix:/${'x'.repeat(120)}`, 'no usable path'],
])('"%s": %s', (text, sentence) => {
  expect(() => parseListen(text)).toThrow(sentence);
});
