import { MDNS_PORT } from '../../mdns-port.ts';
import type { Question } from '../../wire/message.ts';
import { nameKey } from '../../wire/name.ts';
import { recordKey, setKey, TYPE_CODES, typeCode } from '../../wire/record.ts';
import { distinctQuestions } from '../distinct-questions.ts';
import type { Received } from '../machine.ts';
import type { Interest } from './interest.ts';
import { OverheardQueries } from './overheard-query.ts';
import { type OwnedRecord, withOwners } from './owned-record.ts';
import type { QuestionSchedule } from './question-schedule.ts';
import type { RecordCache } from './record-cache.ts';

/** Other hosts' questions spare us ours (RFC 6762 7.3), and show who does not answer any more (10.5). */
export class Overhearing {
  readonly #cache: RecordCache;
  readonly #schedule: QuestionSchedule;
  readonly #interest: Interest;
  readonly #overheard: OverheardQueries = new OverheardQueries();

  constructor(cache: RecordCache, schedule: QuestionSchedule, interest: Interest) {
    this.#cache = cache;
    this.#schedule = schedule;
    this.#interest = interest;
  }

  hear({ message, from }: Received, now: number): void {
    // The answers to questions from other ports and to QU questions go to the one who asked (RFC 6762 6.7, 5.4).
    if (from.port !== MDNS_PORT) return;
    const questions = distinctQuestions(message.questions).filter(
      (question) =>
        !question.unicast &&
        this.#interest.has(nameKey(question.name)) &&
        !(from.isThisHost && this.#schedule.isOwnEcho(question, now)),
    );
    const answers = withOwners(message.answers).filter(({ owner }) => this.#interest.has(owner));
    // RFC 6762 7.2: the known answers of such a query are not all here, so who does not answer can't be told.
    if (message.truncated || message.questions.length === 0) this.#hearPart({ message, from }, questions, answers, now);
    else if (questions.length > 0) this.#hearWhole(questions, answers, now);
  }

  #hearWhole(questions: readonly Question[], answers: readonly OwnedRecord[], now: number): void {
    this.#noteQuestions(questions, answers, now);
    const uncovered = this.#listUncovered(answers, now);
    for (const question of questions) {
      if (!uncovered.has(setKey(nameKey(question.name), question.type))) this.#schedule.noteDuplicate(question, now);
    }
  }

  #hearPart(
    { message, from }: Received,
    questions: readonly Question[],
    answers: readonly OwnedRecord[],
    now: number,
  ): void {
    if (questions.length + answers.length === 0) return;
    this.#schedule.noteList(now);
    const uncovered = this.#listUncovered(answers, now);
    const query = this.#overheard.add(from.address, { questions, uncovered, isLast: !message.truncated }, now);
    if (query === undefined) return;
    const allUncovered = new Set(query.uncovered);
    for (const question of query.questions) {
      if (allUncovered.has(setKey(nameKey(question.name), question.type))) this.#schedule.revokeDuplicate(question);
      else this.#schedule.noteDuplicate(question, now);
    }
  }

  /** Those who share a name answer for themselves: who of them is silent can't be told from questions for all. */
  #noteQuestions(questions: readonly Question[], answers: readonly OwnedRecord[], now: number): void {
    const forUnique = questions.filter(({ type }) => type !== TYPE_CODES.PTR);
    const known = new Set(forUnique.length > 0 ? answers.map(({ record }) => recordKey(record)) : []);
    for (const { name, type } of forUnique) this.#cache.noteQuestion(name, type, known, now);
  }

  /** Names and types of which others know more than we would list as known. */
  #listUncovered(answers: readonly OwnedRecord[], now: number): ReadonlySet<string> {
    const unknown = answers.filter(({ record, owner }) => !this.#cache.isKnownAnswer(record, now, owner));
    return new Set(unknown.map(({ record, owner }) => setKey(owner, typeCode(record.data))));
  }
}
