import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyScanner } from '../../src/postgres/key-scanner.ts';
import { encodeInt32, encodeMessage, endString } from '../../src/postgres/message.ts';

const KEY = Buffer.from('00000042deadbeef', 'hex');
const GREETING = Buffer.concat([
  encodeMessage('R', encodeInt32(0)),
  encodeMessage('S', endString('server_version'), endString('15.9')),
  encodeMessage('K', KEY),
  encodeMessage('Z', Buffer.from('I')),
]);

/** Cuts bytes at the given places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...places].sort((a, b) => a - b);
  return [...sorted, bytes.length].map((end, index) => bytes.subarray(sorted[index - 1] ?? 0, end));
}

function scanAll(scanner: KeyScanner, chunks: readonly Buffer[]): Uint8Array[] {
  return chunks.flatMap((chunk) => scanner.scan(chunk) ?? []);
}

test('the key is found once in every chunking', () => {
  const places = fc.array(fc.nat(GREETING.length), { maxLength: 12 });
  fc.assert(
    fc.property(places, (at) => {
      const scanner = new KeyScanner(false);
      expect(scanAll(scanner, cut(GREETING, at))).toEqual([new Uint8Array(KEY)]);
      expect(scanner.isDone).toBe(true);
    }),
  );
});

test.each([
  ['N', true],
  ['NN', true],
  ['S', false],
  ['G', false],
])('behind the answer %s to a request for encryption it is found: %s', (answer, isFound) => {
  const scanner = new KeyScanner(true);
  const found = scanAll(scanner, [Buffer.from(answer), GREETING]);
  expect(found.length).toBe(isFound ? 1 : 0);
  expect(scanner.isDone).toBe(true);
});

test('a key of 256 bytes is found, a longer one is not', () => {
  for (const [size, count] of [
    [260, 1],
    [261, 0],
    [4, 0],
  ] as const) {
    expect(scanAll(new KeyScanner(false), [encodeMessage('K', Buffer.alloc(size))]).length).toBe(count);
  }
});

test('without a key it gives up when the server is ready, and when it says too much', () => {
  const ready = new KeyScanner(false);
  ready.scan(encodeMessage('Z', Buffer.from('I')));
  expect(ready.isDone).toBe(true);
  const verbose = new KeyScanner(false);
  for (let count = 0; count < 17; count += 1) verbose.scan(encodeMessage('N', Buffer.alloc(65_536)));
  expect(verbose.isDone).toBe(true);
});

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), fc.boolean(), (chunks, asks) => {
      const scanner = new KeyScanner(asks);
      for (const chunk of chunks) scanner.scan(chunk);
    }),
    { numRuns: 2_000 },
  );
});
