import { EMPTY_QUERY, type Message } from '../../src/wire/message.ts';
import type { ResourceRecord } from '../../src/wire/record.ts';

export { EMPTY_QUERY };

export function response(answers: readonly ResourceRecord[], rest: Partial<Message> = {}): Message {
  return { ...EMPTY_QUERY, kind: 'response', answers, ...rest };
}
