import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameReader } from '../../src/zookeeper/frame.ts';

function frameOf(hex: string): Buffer {
  const body = Buffer.from(hex, 'hex');
  const frame = Buffer.alloc(4 + body.length);
  frame.writeInt32BE(body.length);
  frame.set(body, 4);
  return frame;
}

describe('frames', () => {
  test('come out whole, in whatever pieces they came', () => {
    const bodies = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(bodies, fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (contents, lengths) => {
        const frames = contents.map((content) => frameOf(Buffer.from(content).toString('hex')));
        const reader = new FrameReader();
        const read: string[] = [];
        for (let rest = Buffer.concat(frames); rest.length > 0; ) {
          const length = lengths.next().value;
          read.push(...[...reader.read(rest.subarray(0, length))].map((frame) => frame.toString('hex')));
          rest = rest.subarray(length);
        }
        expect(read).toEqual(frames.map((frame) => frame.subarray(4).toString('hex')));
      }),
    );
  });

  test.each(['00000000', 'ffffffff', '80000000', '7fffffff', '00800001', '48545450'])(
    'of the length %s are none',
    (length) => {
      const reader = new FrameReader();
      expect(() => [...reader.read(Buffer.from(length, 'hex'))]).toThrow(/^an answer of -?\d+ bytes$/);
    },
  );
});
