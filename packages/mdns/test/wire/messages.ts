import type { Message } from '../../src/wire/message.ts';
import type { ResourceRecord } from '../../src/wire/record.ts';

/** A query that asks nothing. */
export const EMPTY: Message = {
  id: 0,
  kind: 'query',
  truncated: false,
  questions: [],
  answers: [],
  authorities: [],
  additionals: [],
};

export function response(answers: readonly ResourceRecord[], rest: Partial<Message> = {}): Message {
  return { ...EMPTY, kind: 'response', answers, ...rest };
}
