import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeResponse, encodeQuery } from '../../src/dns/message.ts';

function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replace(/\s/g, ''), 'hex'));
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Answers `_r._tcp.t SRV`: 1 SRV (10 5 6379 h.t, TTL 2) and 1 additional (h.t A 10.0.0.1, TTL 300). */
const SRV_RESPONSE = fromHex(`
  abcd 8580 0001 0001 0000 0001
  02 5f72 04 5f746370 01 74 00 0021 0001
  c00c 0021 0001 00000002 000a 000a 0005 18eb 01 68 c014`);
const H_T = fromHex('01 68 01 74 00 0001 0001 0000012c 0004 0a000001');

describe('a query', () => {
  test('asks for recursion, in lower case, and offers 1232 bytes (RFC 6891)', () => {
    expect(toHex(encodeQuery(0xabcd, { name: 'DB.test.', type: 'A' }, true))).toBe(
      `abcd 0100 0001 0000 0000 0001 02 6462 04 74657374 00 0001 0001 00 0029 04d0 00000000 0000`.replaceAll(' ', ''),
    );
  });

  test('without EDNS has nothing but the question', () => {
    expect(toHex(encodeQuery(1, { name: '_r._tcp.t', type: 'SRV' }, false))).toBe(
      '0001 0100 0001 0000 0000 0000 02 5f72 04 5f746370 01 74 00 0021 0001'.replaceAll(' ', ''),
    );
  });
});

describe('a response', () => {
  test('with SRV and its address is read whole', () => {
    expect(decodeResponse(Buffer.concat([SRV_RESPONSE, H_T]))).toEqual({
      id: 0xabcd,
      isTruncated: false,
      isReferral: false,
      code: 'NOERROR',
      question: { name: '_r._tcp.t', type: 'SRV' },
      answers: [{ type: 'SRV', name: '_r._tcp.t', ttlSeconds: 2, priority: 10, weight: 5, port: 6379, target: 'h.t' }],
      additionals: [{ type: 'A', name: 'h.t', ttlSeconds: 300, address: '10.0.0.1' }],
      negativeTtlSeconds: undefined,
    });
  });

  test('of no such name tells how long that holds: the lesser of the SOA and its last field (RFC 2308 5)', () => {
    const bytes = fromHex(
      `0001 8583 0001 0000 0001 0000  01 78 01 74 00 0001 0001
       c00e 0006 0001 00000e10 001c  016d c00e 0172 c00e 00000001 00000001 00000001 00000001 0000001e`,
    );
    expect(decodeResponse(bytes)).toMatchObject({ code: 'NXDOMAIN', negativeTtlSeconds: 30, answers: [] });
  });

  test('that was cut short within a record is still known to be truncated', () => {
    const bytes = Buffer.concat([SRV_RESPONSE, H_T]).subarray(0, 50);
    bytes[2] = 0x87;
    expect(decodeResponse(bytes)).toMatchObject({ isTruncated: true, question: { name: '_r._tcp.t' }, answers: [] });
  });

  test('with a TTL whose top bit is set has one of 0 (RFC 2181 8)', () => {
    const bytes = Buffer.from(Buffer.concat([SRV_RESPONSE, H_T]));
    bytes.writeUInt32BE(0x80000001, 33);
    expect(decodeResponse(bytes)?.answers).toMatchObject([{ ttlSeconds: 0 }]);
  });

  test('with a code beyond sixteen is not taken for a good one (RFC 6891 6.1.3)', () => {
    const bytes = fromHex('0001 8400 0001 0000 0000 0001 01 74 00 0001 0001 00 0029 04d0 01000000 0000');
    expect(decodeResponse(bytes)?.code).toBe('RCODE 16');
  });

  test.each([
    ['nothing', ''],
    ['a head alone, cut', 'abcd 8180 0001'],
    ['a query', 'abcd 0100 0001 0000 0000 0000 01 74 00 0001 0001'],
    ['more records than bytes', 'abcd 8180 0001 ffff ffff ffff 01 74 00 0001 0001'],
    ['a name that points at itself', 'abcd 8180 0001 0000 0000 0000 c00c 0001 0001'],
    ['a name that points ahead', 'abcd 8180 0001 0000 0000 0000 c010 0001 0001 00'],
    ['a label longer than what follows', 'abcd 8180 0001 0000 0000 0000 3f 74 00 0001 0001'],
  ])('that is %s is none', (_, hex) => {
    expect(decodeResponse(fromHex(hex))).toBeUndefined();
  });

  test('of any bytes whatever never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => void decodeResponse(bytes)),
      { numRuns: 2_000 },
    );
  });

  test('of a good one, bent in some places, never throws', () => {
    const good = Buffer.concat([SRV_RESPONSE, H_T]);
    const bends = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 12 });
    fc.assert(
      fc.property(bends, fc.nat(good.length), (changes, length) => {
        const bytes = Uint8Array.from(good);
        for (const [at, byte] of changes) bytes[at] = byte;
        decodeResponse(bytes.subarray(0, length));
      }),
      { numRuns: 5_000 },
    );
  });

  test('is left as it was', () => {
    const bytes = Uint8Array.from(Buffer.concat([SRV_RESPONSE, H_T]));
    bytes[2] = 0x87;
    const before = toHex(bytes);
    decodeResponse(bytes);
    expect(toHex(bytes)).toBe(before);
  });
});
