import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkReplyFrame, checkSessionFrame, FrameReader, GET_CHILDREN, GET_DATA } from '../../src/zookeeper/frame.ts';

/** Length, xid 3, zxid 7, no error. */
const REPLY_HEADER = '00000003' + '0000000000000007' + '00000000';

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
        expect(read).toEqual(frames.map((frame) => frame.toString('hex')));
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

  test('of a stream that was left do not meet those of the next', () => {
    const reader = new FrameReader();
    expect([...reader.read(Buffer.from('000000', 'hex'))]).toEqual([]);
    reader.clear();
    expect([...reader.read(frameOf('01'))]).toHaveLength(1);
    expect([...reader.read(Buffer.from('0000000501', 'hex'))]).toEqual([]);
    reader.clear();
    expect([...reader.read(frameOf('02'))]).toHaveLength(1);
  });
});

describe('what a frame claims', () => {
  const session = (password: string): Buffer => frameOf(`00000000${'00002710'}${'0000000000000001'}${password}`);
  const reply = (payload: string, operation: number | undefined) => () =>
    checkReplyFrame(frameOf(REPLY_HEADER + payload), operation);

  test('of a password is held against it', () => {
    expect(() => checkSessionFrame(session(`00000010${'00'.repeat(16)}`))).not.toThrow();
    expect(() => checkSessionFrame(session('ffffffff'))).not.toThrow();
    for (const password of ['7fffffff', '00000010', 'fffffffe', `00000041${'00'.repeat(65)}`, '0000']) {
      expect(() => checkSessionFrame(session(password))).toThrow();
    }
  });

  test('of a value is held against it', () => {
    expect(reply('00000002abcd', GET_DATA)).not.toThrow();
    expect(reply('ffffffff', GET_DATA)).not.toThrow();
    for (const payload of ['7fffffff', '00000003abcd', 'fffffffe', '0000']) {
      expect(reply(payload, GET_DATA)).toThrow();
      expect(reply(payload, undefined)).not.toThrow();
    }
  });

  test('of names is held against it', () => {
    expect(reply(`00000002${'0000000161'}${'00000002'}6262`, GET_CHILDREN)).not.toThrow();
    expect(reply('00000000', GET_CHILDREN)).not.toThrow();
    // As many names as there are numbers, each of a length that leads backwards.
    for (const payload of [
      '7fffffff' + 'fffffffc',
      '00010001',
      '00000001fffffffc',
      '000000010000000561',
      '00000002ffffffff',
    ]) {
      expect(reply(payload, GET_CHILDREN)).toThrow();
    }
  });

  test('is not looked for where there is an error, or nobody asked', () => {
    expect(() => checkReplyFrame(frameOf(`00000003${'00'.repeat(8)}ffffff9b`), GET_DATA)).not.toThrow();
    expect(() => checkReplyFrame(frameOf(`ffffffff${'00'.repeat(12)}`), GET_DATA)).not.toThrow();
    // A ping's answer may come while a node is being read.
    expect(() => checkReplyFrame(frameOf(`fffffffe${'00'.repeat(12)}`), GET_DATA)).not.toThrow();
    expect(() => checkReplyFrame(frameOf(`fffffffe${'00'.repeat(12)}`), GET_CHILDREN)).not.toThrow();
  });

  test('never throws anything but an error, and never takes long', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.constantFrom(GET_DATA, GET_CHILDREN),
        (bytes, operation) => {
          const frame = frameOf(Buffer.from(bytes).toString('hex'));
          for (const check of [() => checkSessionFrame(frame), () => checkReplyFrame(frame, operation)]) {
            try {
              check();
            } catch (error) {
              expect(error).toBeInstanceOf(Error);
            }
          }
        },
      ),
    );
  });
});
