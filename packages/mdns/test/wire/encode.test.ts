import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MdnsError } from '../../src/mdns-error.ts';
import { decodeMessage } from '../../src/wire/decode.ts';
import { encodeMessage, encodeRdata, splitMessage } from '../../src/wire/encode.ts';
import type { Message } from '../../src/wire/message.ts';
import { parseName } from '../../src/wire/name.ts';
import type { ResourceRecord } from '../../src/wire/record.ts';
import { messageArbitrary } from './arbitrary.ts';
import { bytesToHex, hexToBytes } from './hex.ts';
import { EMPTY_QUERY } from './messages.ts';

const TYPE = parseName('_redis._tcp.local');

function pointer(instance: string): ResourceRecord {
  return { name: TYPE, ttl: 4500, flush: false, data: { type: 'PTR', target: [instance, ...TYPE] } };
}

function decode(packet: Uint8Array): Message {
  const decoded = decodeMessage(packet);
  if (decoded === undefined) throw new Error('not decodable');
  expect(decoded.damaged).toBe(0);
  return decoded.message;
}

describe('encodeMessage', () => {
  it('writes a query as RFC 6762 18 lays it out', () => {
    const bytes = encodeMessage({ ...EMPTY_QUERY, questions: [{ name: TYPE, type: 12, unicast: false }] });
    expect(bytesToHex(bytes)).toBe('000000000001000000000000065f7265646973045f746370056c6f63616c00000c0001');
  });

  it('sets QR and AA in responses, the QU bit in questions and the cache-flush bit in records (RFC 6762 18, 5.4, 10.2)', () => {
    const bytes = encodeMessage({
      ...EMPTY_QUERY,
      kind: 'response',
      questions: [{ name: ['h'], type: 1, unicast: true }],
      answers: [{ name: ['h'], ttl: 120, flush: true, data: { type: 'A', address: '10.0.0.1' } }],
    });
    expect(bytesToHex(bytes)).toBe(
      '000084000001000100000000' + '016800' + '00018001' + 'c00c' + '00018001000000780004' + '0a000001',
    );
  });

  it('compresses the names of PTR and SRV data (RFC 6762 18.14)', () => {
    const bytes = encodeMessage({
      ...EMPTY_QUERY,
      kind: 'response',
      answers: [
        pointer('a'),
        {
          name: ['a', ...TYPE],
          ttl: 120,
          flush: true,
          data: { type: 'SRV', priority: 0, weight: 0, port: 1, target: ['h', 'local'] },
        },
      ],
    });
    const type = '065f7265646973045f746370056c6f63616c00';
    expect(bytesToHex(bytes.subarray(12))).toBe(
      `${type}000c00010000119400040161c00cc0290021800100000078000a0000000000010168c018`,
    );
    expect(decode(bytes).answers).toHaveLength(2);
  });

  it('compresses no SRV data for who asks as in unicast DNS, whose question it repeats (RFC 6762 6.7, 18.14)', () => {
    const target = ['h', 'local'];
    const bytes = encodeMessage({
      ...EMPTY_QUERY,
      kind: 'response',
      questions: [{ name: TYPE, type: 33, unicast: false }],
      answers: [
        { name: TYPE, ttl: 10, flush: false, data: { type: 'SRV', priority: 0, weight: 0, port: 1, target } },
        { name: target, ttl: 10, flush: false, data: { type: 'A', address: '10.0.0.1' } },
      ],
    });
    const hex = bytesToHex(bytes);
    expect(hex).toContain('c00c002100010000000a000f0000000000010168056c6f63616c00');
    expect(hex).toContain('0168c01800010001');
    expect(decode(bytes).answers).toHaveLength(2);
  });

  it('keeps the case of every name', () => {
    const message: Message = {
      ...EMPTY_QUERY,
      questions: ['_Redis._TCP.local', '_redis._tcp.local', '_redis._tcp.LOCAL'].map((text) => ({
        name: parseName(text),
        type: 12,
        unicast: false,
      })),
    };
    expect(decode(encodeMessage(message))).toEqual(message);
  });

  it('is the inverse of decoding for every message', () => {
    fc.assert(
      fc.property(messageArbitrary, (message) => {
        expect(decode(encodeMessage(message))).toEqual(message);
      }),
    );
  });

  it.each([
    ['a label over 63 bytes', ['a'.repeat(64)], 'bad-label'],
    ['an empty label', ['', 'local'], 'bad-label'],
    ['a name over 255 bytes', new Array<string>(5).fill('a'.repeat(60)), 'name-too-long'],
  ])('refuses %s', (_what, name, code) => {
    const encode = (): unknown => encodeMessage({ ...EMPTY_QUERY, questions: [{ name, type: 1, unicast: false }] });
    expect(encode).toThrow(MdnsError);
    expect(encode).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a TXT string over 255 bytes and an address that is none', () => {
    const data = { type: 'TXT', strings: [new Uint8Array(256)] } as const;
    expect(() => encodeRdata(data)).toThrow(expect.objectContaining({ code: 'txt-too-long' }));
    expect(() => encodeRdata({ type: 'A', address: '::1' })).toThrow(expect.objectContaining({ code: 'bad-address' }));
  });

  it('writes a TXT record without strings as one empty string (RFC 6763 6.1)', () => {
    expect(encodeRdata({ type: 'TXT', strings: [] })).toEqual(hexToBytes('00'));
  });
});

describe('encodeRdata', () => {
  it('compresses nothing (RFC 6762 8.2)', () => {
    const data = { type: 'SRV', priority: 0, weight: 0, port: 6379, target: ['local', 'local'] } as const;
    expect(bytesToHex(encodeRdata(data))).toBe('0000000018eb056c6f63616c056c6f63616c00');
  });
});

describe('splitMessage', () => {
  const knownAnswers = Array.from({ length: 200 }, (_, index) => pointer(`redis on a host with number ${index}`));

  it('leaves what fits in one packet', () => {
    const message: Message = {
      ...EMPTY_QUERY,
      questions: [{ name: TYPE, type: 12, unicast: false }],
      answers: knownAnswers.slice(0, 9),
    };
    expect(splitMessage(message)).toEqual([encodeMessage(message)]);
  });

  it('spills known answers to packets without questions and sets TC on all but the last (RFC 6762 7.2)', () => {
    const message: Message = {
      ...EMPTY_QUERY,
      questions: [{ name: TYPE, type: 12, unicast: false }],
      answers: knownAnswers,
    };
    const packets = splitMessage(message);
    const parts = packets.map(decode);
    expect(packets.length).toBeGreaterThan(3);
    for (const packet of packets) expect(packet.length).toBeLessThanOrEqual(1232);
    expect(parts.map((part) => part.questions.length)).toEqual(parts.map((_, index) => (index === 0 ? 1 : 0)));
    expect(parts.map((part) => part.truncated)).toEqual(parts.map((_, index) => index < parts.length - 1));
    expect(parts.flatMap((part) => part.answers)).toEqual(knownAnswers);
  });

  it('fills each packet as far as it goes', () => {
    const packets = splitMessage({ ...EMPTY_QUERY, answers: knownAnswers });
    for (const packet of packets.slice(0, -1)) expect(packet.length).toBeGreaterThan(1232 - 50);
  });

  it('does not set TC for questions alone', () => {
    const questions = knownAnswers.map((_, index) => ({
      name: [`service ${index}`, ...TYPE],
      type: 33,
      unicast: false,
    }));
    const parts = splitMessage({ ...EMPTY_QUERY, questions }).map(decode);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.flatMap((part) => part.questions)).toEqual(questions);
    expect(parts.some((part) => part.truncated)).toBe(false);
  });

  it('keeps the proposed records of a probe with their question (RFC 6762 8.1, 8.2)', () => {
    const names = knownAnswers.map((_, index) => [`service ${index}`, ...TYPE]);
    const questions = names.map((name) => ({ name, type: 255, unicast: true }));
    const authorities = names.map((name): ResourceRecord => {
      const target = ['h1', 'local'];
      return { name, ttl: 120, flush: false, data: { type: 'SRV', priority: 0, weight: 0, port: 1, target } };
    });
    const parts = splitMessage({ ...EMPTY_QUERY, questions, authorities }).map(decode);
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) {
      expect(part.authorities.map((record) => record.name)).toEqual(part.questions.map((question) => question.name));
    }
    expect(parts.flatMap((part) => part.authorities)).toEqual(authorities);
  });

  it('drops additionals rather than making a second packet', () => {
    const additionals = knownAnswers;
    const parts = splitMessage({
      ...EMPTY_QUERY,
      kind: 'response',
      answers: knownAnswers.slice(0, 2),
      additionals,
    }).map(decode);
    expect(parts).toHaveLength(1);
    expect(parts[0]?.answers).toEqual(knownAnswers.slice(0, 2));
    expect(parts[0]?.additionals.length).toBeGreaterThan(10);
  });

  it('puts the answers of a response into several packets, none of them truncated (RFC 6762 18.5)', () => {
    const parts = splitMessage({
      ...EMPTY_QUERY,
      kind: 'response',
      answers: knownAnswers,
      additionals: knownAnswers,
    }).map(decode);
    expect(parts.flatMap((part) => part.answers)).toEqual(knownAnswers);
    expect(parts.some((part) => part.truncated)).toBe(false);
  });

  it('sends a record that is too large alone, up to 9000 bytes (RFC 6762 17)', () => {
    const large = (count: number): ResourceRecord => ({
      name: ['large'],
      ttl: 4500,
      flush: true,
      data: { type: 'TXT', strings: new Array<Uint8Array>(count).fill(new Uint8Array(255)) },
    });
    const answers = [pointer('a'), large(8), pointer('b'), large(40)];
    const parts = splitMessage({ ...EMPTY_QUERY, kind: 'response', answers }).map(decode);
    expect(parts.map((part) => part.answers)).toEqual([[pointer('a')], [large(8)], [pointer('b')]]);
  });

  it('loses nothing and exceeds no limit, whatever the message', () => {
    fc.assert(
      fc.property(messageArbitrary, fc.integer({ min: 600, max: 1440 }), (message, maxBytes) => {
        const packets = splitMessage(message, maxBytes);
        const parts = packets.map(decode);
        expect(parts.flatMap((part) => part.questions)).toEqual(message.questions);
        expect(parts.flatMap((part) => part.answers)).toEqual(message.answers);
        for (const packet of packets) expect(packet.length).toBeLessThanOrEqual(8952);
      }),
    );
  });
});
