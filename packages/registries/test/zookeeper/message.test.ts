import { countFuzzRuns, FUZZ_TIMEOUT_MS } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  encodeDigest,
  encodePing,
  encodeRequest,
  encodeSessionRequest,
  NO_SESSION,
  readNodeValue,
  readReply,
  readSessionGrant,
  type ZooKeeperRequest,
} from '../../src/zookeeper/message.ts';

const hex = (bytes: Buffer): string => bytes.toString('hex');
const bytes = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** xid 3, zxid 7, no error. */
const ANSWER = '00000003 0000000000000007 00000000';
const OPEN_TO_ALL = '00000001 0000001f 00000005776f726c64 00000006616e796f6e65';
const OWNED = '00000002 0000001f 0000000461757468 00000000 00000001 00000005776f726c64 00000006616e796f6e65';

describe('what is said', () => {
  test('asks for a session, anew and again', () => {
    const anew = `0000002d 00000000 0000000000000000 00002710 0000000000000000 00000010${'00'.repeat(16)}00`;
    expect(hex(encodeSessionRequest(NO_SESSION, 10_000, 0n))).toBe(anew.replaceAll(' ', ''));
    const ticket = { id: 0x1234n, password: Buffer.alloc(16, 0xab) };
    const again = `0000002d 00000000 0000000000000009 00002710 0000000000001234 00000010${'ab'.repeat(16)}00`;
    expect(hex(encodeSessionRequest(ticket, 10_000, 9n))).toBe(again.replaceAll(' ', ''));
  });

  test('keeps it, and logs in', () => {
    expect(hex(encodePing())).toBe('00000008fffffffe0000000b');
    expect(hex(encodeDigest('me:pw'))).toBe('0000001ffffffffc000000640000000000000006646967657374000000056d653a7077');
  });

  const path = '000000022f61';
  const requests: readonly (readonly [ZooKeeperRequest, string])[] = [
    [{ kind: 'list', path: '/a' }, `00000008 ${path} 01`],
    [{ kind: 'read', path: '/a', isWatched: true }, `00000004 ${path} 01`],
    [{ kind: 'look', path: '/a', isWatched: false }, `00000003 ${path} 00`],
    [{ kind: 'set', path: '/a', value: Buffer.from('v') }, `00000005 ${path} 0000000176 ffffffff`],
    [{ kind: 'remove', path: '/a' }, `00000002 ${path} ffffffff`],
    [{ kind: 'close' }, 'fffffff5'],
  ];
  test.each(requests)('asks: %j', (request, written) => {
    const body = `00000005${written}`.replaceAll(' ', '');
    const length = (body.length / 2).toString(16).padStart(8, '0');
    expect(hex(encodeRequest(5, request, false))).toBe(length + body);
  });

  test('makes a node that all may change, or its user alone', () => {
    const request: ZooKeeperRequest = { kind: 'create', path: '/a', value: Buffer.from('v'), isEphemeral: true };
    for (const [isOwned, rights] of [
      [false, OPEN_TO_ALL],
      [true, OWNED],
    ] as const) {
      const body = `0000000500000001${path}0000000176${rights}00000001`.replaceAll(' ', '');
      expect(hex(encodeRequest(5, request, isOwned)).slice(8)).toBe(body);
    }
  });
});

describe('what is heard', () => {
  test('grants a session', () => {
    const granted = bytes(`00000000 00002710 0000000000001234 00000010${'ab'.repeat(16)}`);
    expect(readSessionGrant(granted)).toEqual({
      ticket: { id: 0x1234n, password: Buffer.alloc(16, 0xab) },
      timeoutMs: 10_000,
    });
    for (const password of ['7fffffff', '00000010', 'fffffffe', `00000041${'00'.repeat(65)}`, '0000']) {
      expect(() => readSessionGrant(bytes(`00000000 00002710 0000000000000001 ${password}`))).toThrow();
    }
  });

  test('answers with a value and whose it is', () => {
    const statistics = `${'00'.repeat(44)}0000000000001234${'00'.repeat(16)}`;
    const reply = readReply(bytes(`${ANSWER} 00000002abcd ${statistics}`));
    expect(reply).toMatchObject({ kind: 'answer', xid: 3, code: 0, zxid: 7n });
    if (reply.kind !== 'answer') throw new Error('no answer');
    expect(readNodeValue(reply.body)).toEqual({ value: bytes('abcd'), owner: 0x1234n });
  });

  test.each(['7fffffff', '00000003abcd', 'fffffffe', '0000', '00000000'])(
    'is held against what it claims: %s',
    (claim) => {
      const reply = readReply(bytes(ANSWER + claim));
      if (reply.kind !== 'answer') throw new Error('no answer');
      expect(() => readNodeValue(reply.body)).toThrow(/within|bytes/);
    },
  );

  test.each(['7fffffff' + 'fffffffc', '00010001', '00000001fffffffc', '000000010000000561', '00000002ffffffff'])(
    'has no such names: %s',
    (claim) => {
      const reply = readReply(bytes(ANSWER + claim));
      if (reply.kind !== 'answer') throw new Error('no answer');
      expect(() => reply.body.texts()).toThrow();
    },
  );

  test.each([
    ['00000001', true, false],
    ['00000002', true, true],
    ['00000003', true, false],
    ['00000004', false, true],
  ])('tells of a change of the kind %s', (type, isOfValue, isOfChildren) => {
    const told = readReply(bytes(`ffffffff ffffffffffffffff 00000000 ${type} 00000003 000000022f61`));
    expect(told).toMatchObject({ kind: 'change', path: '/a', isOfValue, isOfChildren });
  });

  test('never throws anything but an error, and never takes long', { timeout: FUZZ_TIMEOUT_MS }, () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (content) => {
        const frame = Buffer.from(content);
        for (const read of [
          () => readSessionGrant(frame),
          () => {
            const reply = readReply(frame);
            if (reply.kind === 'answer') readNodeValue(reply.body);
          },
          () => {
            const reply = readReply(Buffer.concat([bytes(ANSWER), frame]));
            if (reply.kind === 'answer') reply.body.texts();
          },
        ]) {
          try {
            read();
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        }
      }),
      { numRuns: countFuzzRuns(1_000) },
    );
  });
});
