import { expect, test } from 'vitest';
import { parseSource } from '../../src/parse/source.ts';

test('mdns, and static targets as addresses or names', () => {
  expect(parseSource('mdns')).toEqual({ kind: 'mdns' });
  expect(parseSource('static:10.0.0.1:6379, db.test:6380')).toEqual({
    kind: 'static',
    targets: [
      { host: '10.0.0.1', port: 6379 },
      { host: 'db.test', port: 6380 },
    ],
  });
});

test.each([
  ['carrier-pigeon', 'write mdns or static:HOST:PORT'],
  ['mdsn', 'did you mean mdns?'],
  ['static', 'names no target'],
  ['static:', 'names no target'],
  ['static:10.0.0.1', 'no address with a port'],
  ['static:10.0.0.1:6379,', 'names no target'],
])('"%s": %s', (text, sentence) => {
  expect(() => parseSource(text)).toThrow(sentence);
});
