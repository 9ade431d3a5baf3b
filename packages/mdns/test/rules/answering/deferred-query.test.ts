import { describe, expect, it } from 'vitest';
import { DeferredQueries, type QueryPart } from '../../../src/rules/answering/deferred-query.ts';
import type { Sender } from '../../../src/rules/machine.ts';
import type { Question } from '../../../src/wire/message.ts';

const from = (number: number): Sender => ({
  address: `10.0.${number >> 8}.${number & 255}`,
  port: 5353,
  family: 'IPv4',
  isThisHost: false,
});
const QUESTION: Question = { name: ['_redis', '_tcp', 'local'], type: 12, unicast: false };

function part(questions: readonly Question[], known: readonly string[], isTruncated = true): QueryPart {
  return { questions, known, isTruncated };
}

describe('DeferredQueries', () => {
  it('waits 400 to 500 ms from the first packet on (RFC 6762 7.2)', () => {
    const soonest = new DeferredQueries();
    soonest.defer(from(1), part([QUESTION], []), 1_000, 0);
    expect(soonest.nextDeadline()).toBe(1_400);
    const latest = new DeferredQueries();
    latest.defer(from(1), part([QUESTION], []), 1_000, 0.999);
    expect(latest.nextDeadline()).toBeCloseTo(1_499.9);
    latest.defer(from(1), part([], [], false), 1_300, 0.999);
    expect(latest.nextDeadline()).toBeCloseTo(1_499.9);
    expect(latest.take(1_499)).toEqual([]);
    expect(latest.take(1_500)).toHaveLength(1);
    expect(latest.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  it('waits as long from each packet that promises more (RFC 6762 7.2), for two seconds at most', () => {
    const queries = new DeferredQueries();
    queries.defer(from(1), part([QUESTION], []), 1_000, 0);
    queries.defer(from(1), part([], []), 1_300, 0);
    expect(queries.nextDeadline()).toBe(1_700);
    queries.defer(from(1), part([], [], false), 1_600, 0);
    expect(queries.nextDeadline()).toBe(1_700);
    for (let now = 1_650; now < 3_000; now += 50) queries.defer(from(1), part([], []), now, 0);
    expect(queries.nextDeadline()).toBe(3_000);
  });

  it('gathers the known answers of one source, not of others (RFC 6762 7.2)', () => {
    const queries = new DeferredQueries();
    queries.defer(from(1), part([QUESTION], ['a']), 0, 0);
    queries.defer(from(2), part([QUESTION], ['b']), 0, 0);
    queries.defer(from(1), part([], ['c']), 0, 0);
    expect(queries.take(400).map(({ known }) => [...known])).toEqual([['a', 'c'], ['b']]);
  });

  it('waits for 256 sources at most, and refuses further ones', () => {
    const queries = new DeferredQueries();
    for (let source = 0; source < 256; source++)
      expect(queries.defer(from(source), part([QUESTION], []), 0, 0)).toBe(true);
    expect(queries.defer(from(256), part([QUESTION], []), 0, 0)).toBe(false);
    expect(queries.isPending(from(256).address)).toBe(false);
    expect(queries.take(400)).toHaveLength(256);
    expect(queries.defer(from(256), part([QUESTION], []), 400, 0)).toBe(true);
  });

  it('takes 64 packets of a source at most', () => {
    const queries = new DeferredQueries();
    for (let packet = 0; packet < 64; packet++) {
      expect(queries.defer(from(1), part([QUESTION], [`${packet}`]), 0, 0)).toBe(true);
    }
    expect(queries.defer(from(1), part([QUESTION], ['64']), 0, 0)).toBe(false);
    expect(queries.take(400)[0]?.known.size).toBe(64);
  });

  it('takes 256 questions of a source at most', () => {
    const queries = new DeferredQueries();
    const many = Array.from({ length: 200 }, () => QUESTION);
    expect(queries.defer(from(1), part(many, []), 0, 0)).toBe(true);
    expect(queries.defer(from(1), part(many, []), 0, 0)).toBe(false);
    expect(queries.take(400)[0]?.questions).toHaveLength(200);
  });
});
