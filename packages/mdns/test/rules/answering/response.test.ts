import { describe, expect, it } from 'vitest';
import { type OwnSet, uniqueSet } from '../../../src/rules/answering/own-set.ts';
import { composeGoodbye, composeLegacyResponse, composeResponses } from '../../../src/rules/answering/response.ts';
import { encodeMessage } from '../../../src/wire/encode.ts';
import { ask, query } from './responder-driver.ts';

/** A set that takes about so many bytes. */
function text(name: string, bytes: number): OwnSet {
  const strings = Array.from({ length: Math.ceil(bytes / 200) }, () => new Uint8Array(199));
  return uniqueSet([name, 'local'], 4_500, [{ type: 'TXT', strings }]);
}

const namesOf = (sets: readonly OwnSet[]) => sets.map(({ nameKey }) => nameKey);

describe('composeResponses', () => {
  it('makes nothing of nothing', () => {
    expect(composeResponses([], () => [])).toEqual([]);
  });

  it('puts what fits into one packet, each set once', () => {
    const [first, second] = [text('a', 200), text('b', 200)];
    const responses = composeResponses([first, second], () => [first, second]);
    expect(responses.map(({ message }) => [message.answers.length, message.additionals.length])).toEqual([[2, 0]]);
  });

  it('begins another packet for an answer that does not fit with its additionals (RFC 6762 17)', () => {
    const answers = [text('a', 400), text('b', 400), text('c', 400)];
    const responses = composeResponses(answers, ({ nameKey }) => [text(`${nameKey}+`, 400)]);
    expect(responses.map(({ sets }) => namesOf(sets))).toEqual([
      ['a.local', 'a\\.local+.local'],
      ['b.local', 'b\\.local+.local'],
      ['c.local', 'c\\.local+.local'],
    ]);
    for (const { message } of responses) expect(encodeMessage(message).length).toBeLessThanOrEqual(1_440);
  });

  it('leaves additionals out rather than answers (RFC 6762 17)', () => {
    const responses = composeResponses([text('a', 1_200), text('b', 2_000)], () => [text('c', 1_000)]);
    expect(responses.map(({ sets }) => namesOf(sets))).toEqual([['a.local'], ['b.local']]);
  });
});

describe('composeLegacyResponse', () => {
  it('is undefined when not even one answer fits 512 bytes (RFC 6762 6.7)', () => {
    const message = query([ask(['a', 'local'], 16)]);
    expect(composeLegacyResponse(message, [text('a', 600)], [])).toBeUndefined();
  });

  it('leaves additionals out that do not fit (RFC 6762 6.7)', () => {
    const message = query([ask(['a', 'local'], 16)]);
    const response = composeLegacyResponse(message, [text('a', 200)], [text('b', 400)]);
    expect([response?.answers.length, response?.additionals.length]).toEqual([1, 0]);
  });
});

describe('composeGoodbye', () => {
  it('is a response with TTLs of 0 (RFC 6762 10.1)', () => {
    expect(composeGoodbye([text('a', 200)])).toMatchObject({ kind: 'response', id: 0, answers: [{ ttl: 0 }] });
  });
});
