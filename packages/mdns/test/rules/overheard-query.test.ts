import { beforeEach, describe, expect, it } from 'vitest';
import { OverheardQueries } from '../../src/rules/overheard-query.ts';
import type { Question } from '../../src/wire/message.ts';

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
    expect(overheard.add('10.0.0.2', { ...FIRST, isLast: true }, 1)).toMatchObject({ uncovered: ['x'] });
    const query = overheard.add('10.0.0.1', LAST, 2);
    expect(query).toMatchObject({ questions: [QUESTION], uncovered: new Set(['x', 'y']) });
    expect(overheard.isPending('10.0.0.1', 3)).toBe(false);
  });

  it('forgets a query whose end does not come within half a second', () => {
    overheard.add('10.0.0.1', FIRST, 0);
    expect(overheard.isPending('10.0.0.1', 499)).toBe(true);
    expect(overheard.isPending('10.0.0.1', 500)).toBe(false);
    expect(overheard.add('10.0.0.1', LAST, 600)).toEqual(LAST);
  });

  it('waits for 64 sources at once, and takes new ones when others are forgotten', () => {
    for (let source = 0; source < 100; source++) overheard.add(`10.0.0.${source}`, FIRST, source);
    expect(overheard.isPending('10.0.0.63', 100)).toBe(true);
    expect(overheard.isPending('10.0.0.64', 100)).toBe(false);
    overheard.add('10.0.1.1', FIRST, 600);
    expect(overheard.isPending('10.0.1.1', 600)).toBe(true);
  });

  it('gives up a query of more than 256 questions', () => {
    const questions = new Array<Question>(100).fill(QUESTION);
    for (let packet = 0; packet < 3; packet++) overheard.add('10.0.0.1', { ...FIRST, questions }, packet);
    expect(overheard.isPending('10.0.0.1', 3)).toBe(false);
  });
});
