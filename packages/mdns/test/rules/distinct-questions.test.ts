import { describe, expect, it } from 'vitest';
import { distinctQuestions } from '../../src/rules/distinct-questions.ts';
import { queryOf } from './asking/querier-driver.ts';

describe('distinctQuestions', () => {
  it('leaves out what was asked already, whatever its case, and keeps the order', () => {
    const { questions } = queryOf('A h1.local', 'PTR _redis._tcp.local', 'A H1.Local', 'AAAA h1.local', 'A h1.local');
    expect(distinctQuestions(questions)).toEqual(
      queryOf('A h1.local', 'PTR _redis._tcp.local', 'AAAA h1.local').questions,
    );
  });

  it('keeps the same question once for a unicast and once for a multicast answer (RFC 6762 5.4)', () => {
    const [question] = queryOf('A h1.local').questions;
    if (question === undefined) throw new Error('no question');
    const unicast = { ...question, unicast: true };
    expect(distinctQuestions([question, unicast, question, unicast])).toEqual([question, unicast]);
  });
});
