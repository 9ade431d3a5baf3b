import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMessage } from '../../src/wire/decode.ts';
import { encodeRdata } from '../../src/wire/encode.ts';
import { dataKey, isSameData, type RecordData, recordKey, typeCode } from '../../src/wire/record.ts';
import { dataArbitrary } from './arbitrary.ts';
import { bytesToHex, hexToBytes } from './hex.ts';

const PTR: RecordData = { type: 'PTR', target: ['a', '_redis', '_tcp', 'local'] };

describe('recordKey', () => {
  it('holds name, type and data, and neither TTL nor the cache-flush bit', () => {
    const key = recordKey({ name: ['H1', 'local'], ttl: 120, flush: true, data: { type: 'A', address: '10.0.0.1' } });
    expect(recordKey({ name: ['h1', 'LOCAL'], ttl: 0, flush: false, data: { type: 'A', address: '10.0.0.1' } })).toBe(
      key,
    );
    expect(
      recordKey({ name: ['h2', 'local'], ttl: 120, flush: true, data: { type: 'A', address: '10.0.0.1' } }),
    ).not.toBe(key);
    expect(recordKey({ name: ['H1', 'local'], ttl: 120, flush: true, data: PTR })).not.toBe(key);
  });
});

describe('isSameData', () => {
  it('compares names within the data case-insensitively (RFC 6762 16)', () => {
    expect(isSameData(PTR, { type: 'PTR', target: ['A', '_Redis', '_tcp', 'local'] })).toBe(true);
    const srv = { type: 'SRV', priority: 0, weight: 0, port: 1, target: ['h1', 'local'] } as const;
    expect(isSameData(srv, { ...srv, target: ['H1', 'local'] })).toBe(true);
    expect(isSameData(srv, { ...srv, port: 2 })).toBe(false);
  });

  it('agrees with the key and with the canonical bytes', () => {
    fc.assert(
      fc.property(dataArbitrary, dataArbitrary, (a, b) => {
        expect(isSameData(a, b)).toBe(typeCode(a) === typeCode(b) && dataKey(a) === dataKey(b));
        if (bytesToHex(encodeRdata(a)) === bytesToHex(encodeRdata(b)) && a.type === b.type) {
          expect(typeCode(a) !== typeCode(b) || isSameData(a, b)).toBe(true);
        }
        expect(isSameData(a, structuredClone(a))).toBe(true);
      }),
    );
  });

  it('tells the strings of TXT records apart by their borders', () => {
    const txt = (hex: string): RecordData => {
      const head = '000084000000000100000000 00 0010 0001 00000078';
      const rdata = hexToBytes(hex);
      const packet = hexToBytes(`${head} ${rdata.length.toString(16).padStart(4, '0')} ${hex}`);
      return decodeMessage(packet)?.message.answers[0]?.data ?? PTR;
    };
    expect(isSameData(txt('026162'), txt('01610162'))).toBe(false);
    expect(isSameData(txt('026162'), txt('026162'))).toBe(true);
  });
});
