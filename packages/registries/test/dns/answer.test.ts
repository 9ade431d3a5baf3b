import { describe, expect, test } from 'vitest';
import { MAX_ALIASES, MAX_RECORDS, readResponse } from '../../src/dns/answer.ts';
import type { DnsResponse } from '../../src/dns/message.ts';
import type { DnsRecord } from '../../src/dns/record.ts';

const QUESTION = { name: 'DB.test.', type: 'A' } as const;

function respond(answers: readonly DnsRecord[], changes: Partial<DnsResponse> = {}): DnsResponse {
  return {
    id: 1,
    isTruncated: false,
    isReferral: false,
    code: 'NOERROR',
    question: undefined,
    answers,
    additionals: [],
    negativeTtlSeconds: undefined,
    ...changes,
  };
}

function a(name: string, address: string, ttlSeconds = 60): DnsRecord {
  return { type: 'A', name, address, ttlSeconds };
}

function cname(name: string, target: string, ttlSeconds = 60): DnsRecord {
  return { type: 'CNAME', name, target, ttlSeconds };
}

describe('an answer', () => {
  test('is the records of the name and the type asked for; the shortest TTL counts', () => {
    const records = [a('db.test', '10.0.0.1', 60), a('other.test', '10.0.0.9', 1), a('db.test', '10.0.0.2', 30)];
    expect(readResponse(respond(records), QUESTION)).toEqual({
      kind: 'found',
      records: [records[0], records[2]],
      additionals: [],
      ttlSeconds: 30,
      leftOut: 0,
    });
  });

  test('is found behind aliases, in any order, whose TTLs count too', () => {
    const records = [a('c.test', '10.0.0.1'), cname('b.test', 'c.test', 5), cname('db.test', 'b.test', 9)];
    expect(readResponse(respond(records), QUESTION)).toMatchObject({ records: [records[0]], ttlSeconds: 5 });
  });

  test('is to be asked for where an alias leads out of the response', () => {
    const reading = readResponse(respond([cname('db.test', 'b.test', 9)]), QUESTION);
    expect(reading).toEqual({ kind: 'alias', name: 'b.test', ttlSeconds: 9 });
  });

  test('is none where an alias ends and the server says so', () => {
    const response = respond([cname('db.test', 'b.test')], { negativeTtlSeconds: 7 });
    expect(readResponse(response, QUESTION)).toEqual({ kind: 'no-data', ttlSeconds: 7 });
  });

  test('is none, or the name is none: not the same', () => {
    expect(readResponse(respond([]), QUESTION)).toEqual({ kind: 'no-data', ttlSeconds: undefined });
    const absent = respond([], { code: 'NXDOMAIN', negativeTtlSeconds: 3 });
    expect(readResponse(absent, QUESTION)).toEqual({ kind: 'no-name', ttlSeconds: 3 });
  });

  test.each(['SERVFAIL', 'REFUSED', 'FORMERR', 'RCODE 9'])('%s says nothing about the name', (code) => {
    expect(readResponse(respond([a('db.test', '10.0.0.1')], { code }), QUESTION)).toEqual({
      kind: 'server-failed',
      reason: code,
    });
  });

  test('that refers to others is no word that there is none', () => {
    expect(readResponse(respond([], { isReferral: true }), QUESTION).kind).toBe('server-failed');
  });

  test('of aliases in a circle ends', () => {
    const records = [cname('db.test', 'b.test'), cname('b.test', 'db.test')];
    expect(readResponse(respond(records), QUESTION).kind).toBe('alias');
  });

  test(`follows ${MAX_ALIASES} aliases and no more`, () => {
    const chain = (length: number): readonly DnsRecord[] => [
      cname('db.test', 'n1'),
      ...Array.from({ length: length - 1 }, (_, index) => cname(`n${index + 1}`, `n${index + 2}`)),
      a(`n${length}`, '10.0.0.1'),
    ];
    expect(readResponse(respond(chain(MAX_ALIASES)), QUESTION).kind).toBe('found');
    expect(readResponse(respond(chain(MAX_ALIASES + 1)), QUESTION).kind).toBe('alias');
  });

  test(`has ${MAX_RECORDS} records at most`, () => {
    const records = Array.from({ length: 1_000 }, (_, index) => a('db.test', `10.0.${index >> 8}.${index & 255}`));
    const reading = readResponse(respond(records), QUESTION);
    expect(reading.kind === 'found' ? [reading.records.length, reading.leftOut] : []).toEqual([
      MAX_RECORDS,
      1_000 - MAX_RECORDS,
    ]);
  });
});
