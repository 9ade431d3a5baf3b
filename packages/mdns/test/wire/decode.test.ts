import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decoded, decodeMessage } from '../../src/wire/decode.ts';
import { encodeMessage } from '../../src/wire/encode.ts';
import type { ResourceRecord } from '../../src/wire/record.ts';
import { messageArbitrary } from './arbitrary.ts';
import { asciiBytes, bytesToHex, hexToBytes } from './hex.ts';

const RESPONSE_WITH_1 = '000084000000000100000000';
const RESPONSE_WITH_2 = '000084000000000200000000';
const ROOT_TXT = '00 0010 0001 00001194 0004 03613d31';
const GOOD_TXT: ResourceRecord = {
  name: [],
  ttl: 4500,
  flush: false,
  data: { type: 'TXT', strings: [asciiBytes('a=1')] },
};

function decode(hex: string): Decoded {
  const decoded = decodeMessage(hexToBytes(hex));
  if (decoded === undefined) throw new Error('not decodable');
  return decoded;
}

function decodeAnswers(hex: string): readonly ResourceRecord[] {
  return decode(hex).message.answers;
}

describe('decodeMessage', () => {
  it('reads A, AAAA, PTR, SRV, TXT, NSEC and keeps other types opaque', () => {
    expect(
      decodeAnswers(`0000 8400 0000 0007 0000 0000
        016800 0001 8001 00000078 0004 0a000001
        c00c   001c 8001 00000078 0010 fe800000000000000000000000000001
        c00c   000c 0001 00001194 0004 0161c00c
        c00c   0021 8001 00000078 0008 0001 0002 18eb c00c
        c00c   0010 8001 00001194 0006 02 613d 02 6262
        c00c   002f 8001 00000078 0008 c00c 0004 40000008
        c00c   000d 0001 00000078 0002 beef`),
    ).toEqual([
      { name: ['h'], ttl: 120, flush: true, data: { type: 'A', address: '10.0.0.1' } },
      { name: ['h'], ttl: 120, flush: true, data: { type: 'AAAA', address: 'fe80::1' } },
      { name: ['h'], ttl: 4500, flush: false, data: { type: 'PTR', target: ['a', 'h'] } },
      { name: ['h'], ttl: 120, flush: true, data: { type: 'SRV', priority: 1, weight: 2, port: 6379, target: ['h'] } },
      { name: ['h'], ttl: 4500, flush: true, data: { type: 'TXT', strings: [asciiBytes('a='), asciiBytes('bb')] } },
      { name: ['h'], ttl: 120, flush: true, data: { type: 'NSEC', next: ['h'], types: [1, 28] } },
      { name: ['h'], ttl: 120, flush: false, data: { type: 'OTHER', code: 13, bytes: hexToBytes('beef') } },
    ]);
  });

  it("takes the top bit of a question's class for `unicast` (RFC 6762 5.4)", () => {
    const { message } = decode('0000 0200 0002 0000 0000 0000 016800 0001 8001 c00c 00ff 00ff');
    expect(message).toMatchObject({ kind: 'query', truncated: true });
    expect(message.questions).toEqual([
      { name: ['h'], type: 1, unicast: true },
      { name: ['h'], type: 255, unicast: false, anyClass: true },
    ]);
  });

  it.each([
    ['0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0', '00000000000000000000000000000000', '::'],
    ['loopback', '00000000000000000000000000000001', '::1'],
    ['one zero group is written', '20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
    ['the first of two equal runs is shortened', '20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['the longer run is shortened', '20010000000000010000000000000001', '2001:0:0:1::1'],
    ['a run at the end', '20010db8000000000000000000000000', '2001:db8::'],
    ['IPv4-mapped stays IPv6', '00000000000000000000ffff7f000001', '::ffff:127.0.0.1'],
  ])('writes IPv6 addresses as RFC 5952 does: %s', (_what, bytes, address) => {
    const [record] = decodeAnswers(`${RESPONSE_WITH_1} 00 001c 0001 00000078 0010 ${bytes}`);
    expect(record?.data).toEqual({ type: 'AAAA', address });
  });

  it('reads an empty TXT record as one empty string (RFC 6763 6.1)', () => {
    const [record] = decodeAnswers(`${RESPONSE_WITH_1} 00 0010 0001 00000078 0000`);
    expect(record?.data).toEqual({ type: 'TXT', strings: [new Uint8Array(0)] });
  });

  it('reads labels as UTF-8 and replaces bytes that are none', () => {
    expect(
      decode('0000 0000 0002 0000 0000 0000 03 42c3bc 00 0001 0001 02 41ff 00 0001 0001').message.questions,
    ).toEqual([
      { name: ['Bü'], type: 1, unicast: false },
      { name: ['A\ufffd'], type: 1, unicast: false },
    ]);
  });

  it('keeps no reference to the packet', () => {
    const packet = hexToBytes(`${RESPONSE_WITH_1} ${ROOT_TXT}`);
    const decoded = decodeMessage(packet);
    packet.fill(0);
    expect(decoded?.message.answers).toEqual([GOOD_TXT]);
  });

  it.each([
    ['no header', '00008400'],
    ['an opcode other than 0 (RFC 6762 18.3)', '000028000000000000000000'],
    ['an rcode other than 0 (RFC 6762 18.11)', '000084030000000000000000'],
    ['more than 9000 bytes (RFC 6762 17)', '00'.repeat(9001)],
  ])('makes nothing of %s', (_what, hex) => {
    expect(decodeMessage(hexToBytes(hex))).toBeUndefined();
  });

  it('ignores other classes and OPT without calling them damaged', () => {
    const decoded = decode(
      `0000 8400 0001 0002 0000 0001 00 0001 0003
       00 0010 0003 00001194 0001 00 ${ROOT_TXT} 00 0029 05a0 00001194 0004 00040000`,
    );
    expect(decoded.message).toMatchObject({ questions: [], answers: [GOOD_TXT], additionals: [] });
    expect(decoded.damaged).toBe(0);
  });
});

describe('decodeMessage on damaged packets', () => {
  it.each([
    ['a pointer to itself', 'c00c'],
    ['a pointer forward', 'c020'],
    ['a pointer beyond the end', 'ffff'],
    ['a pointer into the header', 'c004'],
    ['a label and a pointer back to it', '0161c00c'],
    ['a name over 255 octets', `${`3f${'61'.repeat(63)}`.repeat(4)}00`],
    ['128 labels', `${'0161'.repeat(128)}00`],
    ['a label that grows over 63 bytes when its bad bytes are replaced', `1e${'ff'.repeat(30)}00`],
  ])('leaves out the record whose name is %s and keeps the next', (_what, name) => {
    const decoded = decode(`${RESPONSE_WITH_2} ${name} 0010 0001 00001194 0001 00 ${ROOT_TXT}`);
    expect(decoded).toMatchObject({ damaged: 1, message: { answers: [GOOD_TXT] } });
  });

  it.each([
    ['an NSEC with a damaged name', '002f 0001 00000078 0006 c0ff 0002 4000'],
    ['an NSEC whose bitmap overruns', '002f 0001 00000078 0005 00 00ff 4000'],
    ['an NSEC with an empty window', '002f 0001 00000078 0003 00 0000'],
    ['an NSEC whose windows go backwards', '002f 0001 00000078 0007 00 010140 000140'],
    ['an A of 3 bytes', '0001 0001 00000078 0003 0a0000'],
    ['an A of 0 bytes', '0001 0001 00000078 0000'],
    ['an AAAA of 4 bytes', '001c 0001 00000078 0004 0a000001'],
    ['a TXT string that overruns', '0010 0001 00000078 0003 ff6161'],
    ['a PTR that goes past its rdata', '000c 0001 00000078 0003 056161'],
    ['a PTR with something after it', '000c 0001 00000078 0003 000000'],
    ['a SRV of 4 bytes', '0021 0001 00000078 0004 00000000'],
    ['a SRV that points to itself', '0021 0001 00000078 0008 000000000001c01d'],
  ])('leaves out %s and keeps the TXT that follows', (_what, record) => {
    const decoded = decode(`${RESPONSE_WITH_2} 00 ${record} ${ROOT_TXT}`);
    expect(decoded).toMatchObject({ damaged: 1, message: { answers: [GOOD_TXT] } });
  });

  it.each([
    ['a label longer than the packet (label-length attack)', '3f61'],
    ['a label type that is reserved', '4161'],
    ['half a pointer', 'c0'],
    ['a record cut off after its name', '00 0010 0001 0000'],
    ['an rdlength beyond the end', '00 0010 0001 00001194 ffff 03613d31'],
  ])('keeps what came before %s', (_what, tail) => {
    const decoded = decode(`${RESPONSE_WITH_2} ${ROOT_TXT} ${tail}`);
    expect(decoded).toMatchObject({ damaged: 1, message: { answers: [GOOD_TXT] } });
  });

  it('stops at the end of the bytes when the header claims 65535 of everything', () => {
    const decoded = decode(`0000 8400 ffff ffff ffff ffff`);
    expect(decoded.damaged).toBe(0);
    expect(decode(`0000 8400 0000 ffff ffff ffff ${ROOT_TXT}`).message.answers).toEqual([GOOD_TXT]);
  });

  it('gives up on a chain of 1500 pointers and keeps the record after it', () => {
    const links = 1500;
    const head = `0000 8400 0000 0003 0000 0000 00 270f 0001 00000078 ${(2 * links).toString(16).padStart(4, '0')}`;
    const start = hexToBytes(head).length;
    const chain = Array.from({ length: links }, (_, at) =>
      at === 0 ? '0000' : (0xc000 + start + 2 * (at - 1)).toString(16),
    );
    const last = (0xc000 + start + 2 * (links - 1)).toString(16);
    const decoded = decode(`${head} ${chain.join('')} ${last} 0010 0001 00000078 0001 00 ${ROOT_TXT}`);
    expect(decoded.damaged).toBe(1);
    expect(decoded.message.answers.map((record) => record.data.type)).toEqual(['OTHER', 'TXT']);
  });

  it('reads as many labels as the packet has bytes, and no mountain of them from pointers', () => {
    const long = `${'0161'.repeat(100)}00 0001 0001`;
    const types = Array.from({ length: 1000 }, (_, index) => (index + 2).toString(16).padStart(4, '0'));
    const pointers = types.map((type) => `c00c ${type} 0001`).join('');
    const { message, damaged } = decode(`0000 0000 03e9 0000 0000 0000 ${long} ${pointers}`);
    const labels = message.questions.reduce((sum, question) => sum + question.name.length, 0);
    expect(labels).toBeGreaterThan(6000 - 100);
    expect(labels).toBeLessThanOrEqual(6217);
    expect(message.questions.length + damaged).toBe(1001);
  });

  it('follows a chain of pointers that is short', () => {
    const decoded = decode('0000 0000 0003 0000 0000 0000 0161 00 0001 0001 c00c 0001 0001 c013 0001 0001');
    expect(decoded.message.questions.map((question) => question.name)).toEqual([['a'], ['a'], ['a']]);
  });

  it('never throws and never gives more than the bytes can hold, whatever the bytes', () => {
    const packet = fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      fc
        .tuple(messageArbitrary, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 8 }))
        .map(([message, edits]) => {
          const bytes = encodeMessage(message);
          for (const [at, value] of edits) bytes[at % bytes.length] = value;
          return bytes;
        }),
    );
    fc.assert(
      fc.property(packet, (bytes) => {
        const decoded = decodeMessage(bytes);
        if (decoded === undefined) return;
        const { questions, answers, authorities, additionals } = decoded.message;
        const records = [...answers, ...authorities, ...additionals];
        expect(questions.length * 5 + records.length * 11 + 12).toBeLessThanOrEqual(bytes.length);
        expect(() => encodeMessage(decoded.message)).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  it('reads again what was written from what it read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 12, maxLength: 300 }), (bytes) => {
        bytes[2] = (bytes[2] ?? 0) & 0x87;
        bytes[3] = (bytes[3] ?? 0) & 0xf0;
        const decoded = decodeMessage(bytes);
        if (decoded === undefined) return;
        const again = encodeMessage(decoded.message);
        expect(bytesToHex(encodeMessage(decodeMessage(again)?.message ?? decoded.message))).toBe(bytesToHex(again));
      }),
    );
  });
});

describe('many questions in one packet', () => {
  const header = (count: number): string => `0000 0000 ${count.toString(16).padStart(4, '0')} 0000 0000 0000`;
  /** `a.local` in full, then pointers to it. */
  const first = '0161 056c6f63616c 00 000c 0001';

  it('count once each, however often they are asked', () => {
    const again = ['c00c 0021 0001', 'c00c 0010 0001', 'c00c 000c 8001', 'c00c 000c 0001'].join('');
    const { message, damaged } = decode(`${header(1 + 4 * 370)} ${first} ${again.repeat(370)}`);
    expect(message.questions.map(({ type, unicast }) => [type, unicast])).toEqual([
      [12, false],
      [33, false],
      [16, false],
      [12, true],
      [12, false],
    ]);
    expect(damaged).toBe(0);
  });

  it('are looked at up to 256, and what follows them is read', () => {
    const types = Array.from(
      { length: 1_000 },
      (_, index) => `c00c ${(index + 256).toString(16).padStart(4, '0')} 0001`,
    );
    const answer = 'c00c 0001 0001 00000078 0004 0a000001';
    const packet = `0000 0000 ${(1_001).toString(16).padStart(4, '0')} 0001 0000 0000 ${first} ${types.join('')} ${answer}`;
    const { message, damaged } = decode(packet);
    expect(message.questions).toHaveLength(256);
    expect(damaged).toBe(745);
    expect(message.answers).toHaveLength(1);
  });
});
