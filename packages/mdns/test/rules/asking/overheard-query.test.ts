import { beforeEach, describe, expect, it } from 'vitest';
import { OverheardQueries } from '../../../src/rules/asking/overheard-query.ts';
import type { Question } from '../../../src/wire/message.ts';

const QUESTION: Question = { name: ['_redis', '_tcp', 'local'], type: 12, unicast: false };
const FIRST = { questions: [QUESTION], uncovered: ['x'], isLast: false };
const LAST = { questions: [], uncovered: ['y'], isLast: true };

let overheard: OverheardQueries;

beforeEach(() => {
  overheard = new OverheardQueries();
});

describe('OverheardQueries', () => {
  it('joins the packets of one source up to the last (RFC 6762 7.2)', () => {
    expect(overheard.add('10.0.0.1', FIRST, 0)).toBeUndefined();
    expect(overheard.add('10.0.0.2', LAST, 1)).toMatchObject({ questions: [], uncovered: new Set(['y']) });
    const query = overheard.add('10.0.0.1', LAST, 2);
    expect(query).toMatchObject({ questions: [QUESTION], uncovered: new Set(['x', 'y']) });
  });

  it('joins them in whatever order they come', () => {
    overheard.add('10.0.0.1', LAST, 0);
    expect(overheard.add('10.0.0.1', FIRST, 1)).toMatchObject({
      questions: [QUESTION],
      uncovered: new Set(['x', 'y']),
    });
    const late = overheard.add('10.0.0.1', { questions: [], uncovered: ['z'], isLast: false }, 2);
    expect(late).toMatchObject({ questions: [QUESTION], uncovered: new Set(['x', 'y', 'z']) });
  });

  it('takes what asks after the last packet for another query', () => {
    overheard.add('10.0.0.1', FIRST, 0);
    overheard.add('10.0.0.1', LAST, 1);
    expect(overheard.add('10.0.0.1', FIRST, 2)).toBeUndefined();
    expect(overheard.add('10.0.0.1', { ...LAST, uncovered: [] }, 3)).toMatchObject({
      questions: [QUESTION],
      uncovered: new Set(['x']),
    });
  });

  it('forgets a query after half a second', () => {
    overheard.add('10.0.0.1', FIRST, 0);
    expect(overheard.add('10.0.0.1', LAST, 500)).toMatchObject({ questions: [], uncovered: new Set(['y']) });
  });

  it('waits for 64 sources at once, and takes new ones when others are forgotten', () => {
    for (let source = 0; source < 100; source++) overheard.add(`10.0.0.${source}`, FIRST, source);
    expect(overheard.add('10.0.0.63', LAST, 100)).toMatchObject({ questions: [QUESTION] });
    expect(overheard.add('10.0.0.64', LAST, 100)).toBeUndefined();
    expect(overheard.add('10.0.1.1', LAST, 600)).toBeDefined();
  });

  it('gives up a query of more than 256 questions', () => {
    const questions = new Array<Question>(100).fill(QUESTION);
    for (let packet = 0; packet < 3; packet++) overheard.add('10.0.0.1', { ...FIRST, questions }, packet);
    expect(overheard.add('10.0.0.1', LAST, 3)).toMatchObject({ questions: [] });
  });
});
