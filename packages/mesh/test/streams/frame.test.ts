import { countFuzzRuns } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  encodeFrame,
  encodeHeader,
  encodeWindow,
  type Frame,
  StreamFrameReader,
  type Violation,
} from '../../src/streams/frame.ts';

/** What the bytes say, where they come in these pieces; the parts of a payload as one. */
function read(pieces: readonly Buffer[]): {
  readonly frames: readonly Frame[];
  readonly violation: Violation | undefined;
} {
  const reader = new StreamFrameReader();
  const frames: Frame[] = [];
  for (const piece of pieces) {
    const violation = reader.push(piece, (frame) => {
      const last = frames.at(-1);
      if (frame.kind === 'data' && (last?.kind === 'open' || last?.kind === 'data') && last.stream === frame.stream) {
        frames[frames.length - 1] = { ...last, bytes: Buffer.concat([last.bytes, frame.bytes]) };
      } else
        frames.push(
          frame.kind === 'open' || frame.kind === 'data' ? { ...frame, bytes: Buffer.from(frame.bytes) } : frame,
        );
      return true;
    });
    if (violation !== undefined) return { frames, violation };
  }
  return { frames, violation: undefined };
}

/** Cut at each multiple of `size`. */
function cut(bytes: Buffer, size: number): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}

const EACH: readonly (readonly [hex: string, encoded: Buffer, frame: Frame])[] = [
  [
    '0000000300000001616263',
    encodeFrame('open', 1, Buffer.from('abc')),
    { kind: 'open', stream: 1, bytes: Buffer.from('abc') },
  ],
  ['0000000000000002', encodeFrame('open', 2), { kind: 'open', stream: 2, bytes: Buffer.alloc(0) }],
  [
    '01000002000000036869',
    encodeFrame('data', 3, Buffer.from('hi')),
    { kind: 'data', stream: 3, bytes: Buffer.from('hi') },
  ],
  [
    '020000047fffffff00020000',
    encodeWindow(0x7fff_ffff, 131_072),
    { kind: 'window', stream: 0x7fff_ffff, bytes: 131_072 },
  ],
  ['0300000000000004', encodeFrame('end', 4), { kind: 'end', stream: 4 }],
  ['0400000000000005', encodeFrame('reset', 5), { kind: 'reset', stream: 5 }],
  ['0500000000000000', encodeFrame('drain'), { kind: 'drain' }],
  ['0600000000000000', encodeFrame('ping'), { kind: 'ping' }],
  ['0700000000000000', encodeFrame('pong'), { kind: 'pong' }],
];

describe('A frame', () => {
  test.each(EACH)('%s is written and read', (hex, encoded, frame) => {
    expect(encoded.toString('hex')).toBe(hex);
    expect(read([encoded])).toEqual({ frames: [frame], violation: undefined });
  });

  test('is read however it is cut', () => {
    const all = Buffer.concat(EACH.map(([, encoded]) => encoded));
    for (let size = 1; size <= all.length; size++) {
      expect(read(cut(all, size)).frames).toEqual(EACH.map(([, , frame]) => frame));
    }
  });

  test('of data is handed on in the parts in which it comes, none of which is held', () => {
    const reader = new StreamFrameReader();
    const parts: number[] = [];
    const take = (frame: Frame): boolean => parts.push(frame.kind === 'data' ? frame.bytes.length : -1) > 0;
    reader.push(encodeHeader('data', 1, 1_000), take);
    for (let part = 0; part < 10; part++) reader.push(Buffer.alloc(100), take);
    expect(parts).toEqual(Array.from({ length: 10 }, () => 100));
  });

  test.each([
    ['0800000000000000', 'sent a frame of a kind that does not exist'],
    ['ff00000000000001', 'sent a frame of a kind that does not exist'],
    ['0000020100000001', 'sent a frame of a length that its kind does not have'],
    ['0100000000000001', 'sent a frame of a length that its kind does not have'],
    ['0101000100000001', 'sent a frame of a length that its kind does not have'],
    ['01ffffff00000001', 'sent a frame of a length that its kind does not have'],
    ['020000030000000100000001', 'sent a frame of a length that its kind does not have'],
    ['0300000100000001', 'sent a frame of a length that its kind does not have'],
    ['0600000100000000', 'sent a frame of a length that its kind does not have'],
    ['0100000100000000', 'sent a frame of a stream that it cannot be about'],
    ['0000000180000000', 'sent a frame of a stream that it cannot be about'],
    ['0500000000000001', 'sent a frame of a stream that it cannot be about'],
  ])('%s ends the connection: it %s', (hex, violation) => {
    const rest = Buffer.alloc(16);
    const bytes = Buffer.concat([Buffer.from(hex, 'hex'), rest]);
    expect(read([bytes])).toEqual({ frames: [], violation });
    expect(read(cut(bytes, 1))).toEqual({ frames: [], violation });
  });

  test('of any bytes throws nothing, and says the same however they are cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 1, max: 40 }), (bytes, size) => {
        const whole = read([Buffer.from(bytes)]);
        expect(read(cut(Buffer.from(bytes), size))).toEqual(whole);
      }),
      { numRuns: countFuzzRuns(1_000) },
    );
  });
});
