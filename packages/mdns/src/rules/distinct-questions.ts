import type { Question } from '../wire/message.ts';
import { type Name, nameKey } from '../wire/name.ts';

/** The questions without those that say the same as one before: 9000 bytes hold 1,490 times the same, each of which would cost an answer. */
export function distinctQuestions(questions: readonly Question[]): readonly Question[] {
  if (questions.length < 2) return questions;
  const distinct = new Map<string, Question>();
  let name: Name = [];
  let owner = nameKey(name);
  for (const question of questions) {
    if (question.name !== name) {
      name = question.name;
      owner = nameKey(name);
    }
    const key = `${owner}/${question.type}/${question.unicast}`;
    if (!distinct.has(key)) distinct.set(key, question);
  }
  return [...distinct.values()];
}
