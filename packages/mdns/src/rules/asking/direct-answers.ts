import { EMPTY_QUERY, type Message, type Question } from '../../wire/message.ts';
import { nameKey } from '../../wire/name.ts';
import { type ResourceRecord, recordKey, setKey, typeCode } from '../../wire/record.ts';
import type { Random, Received, Sender, Transmit } from '../machine.ts';
import type { QuestionSchedule } from './question-schedule.ts';

/** RFC 6762 11: an answer by unicast is one to what was asked a moment ago. */
const ANSWER_MS = 1_000;
/** Hosts that are asked back at the same time, and questions to each. */
const MAX_HOSTS = 16;
const MAX_QUESTIONS = 16;
const MAX_ID = 0xffff;

/** A host that has answered by unicast, and is asked whether it did. */
interface Doubted {
  readonly id: number;
  readonly askedAt: number;
  /** What it said, with the TTL. */
  readonly said: ReadonlyMap<string, number>;
  readonly asked: ReadonlySet<string>;
}

/**
 * Answers that come to this host alone. A responder sends them to who asks for that (RFC 6762 5.4, 6.7), which we do not, or because it
 * knows no other way. Who sends one may have forged its source, which on the group's address nobody from beyond the link can: so the host that
 * it is said to be of is asked once more, alone, with a number and at a port that only it is told. Pure.
 */
export class DirectAnswers {
  readonly #schedule: QuestionSchedule;
  readonly #random: Random;
  readonly #doubted: Map<string, Doubted> = new Map();
  #due: Transmit[] = [];
  #refused = 0;

  constructor(schedule: QuestionSchedule, random: Random) {
    this.#schedule = schedule;
    this.#random = random;
  }

  /** Messages that answered nothing, or were not known to be of who is said to have sent them. */
  get refused(): number {
    return this.#refused;
  }

  /** The records that may be believed. None of them takes anything from others: neither goodbyes nor flushes are answers. */
  hear({ message, from }: Received, now: number): readonly ResourceRecord[] {
    const records = message.kind === 'response' ? listRecords(message) : [];
    switch (from.reply?.to) {
      case 'link-local':
        return this.#listAsked(message, now).length > 0 ? records : this.#refuse();
      case 'port':
        this.#doubt(message, from, records, now);
        return [];
      case 'question':
        return this.#believe(message, from, records, now);
      default:
        return this.#refuse();
    }
  }

  /** What is to be asked back now. */
  takeDue(): readonly Transmit[] {
    const due = this.#due;
    if (due.length > 0) this.#due = [];
    return due;
  }

  get isDue(): boolean {
    return this.#due.length > 0;
  }

  #doubt(message: Message, from: Sender, records: readonly ResourceRecord[], now: number): void {
    for (const [address, { askedAt }] of this.#doubted) if (now - askedAt > ANSWER_MS) this.#doubted.delete(address);
    const questions = this.#listAsked(message, now);
    if (questions.length === 0 || (this.#doubted.size >= MAX_HOSTS && !this.#doubted.has(from.address))) {
      this.#refuse();
      return;
    }
    // It is being asked: whoever sends on meanwhile does not put it off.
    if (this.#doubted.has(from.address)) return;
    const id = 1 + Math.floor(this.#random() * MAX_ID);
    this.#doubted.set(from.address, {
      id,
      askedAt: now,
      said: new Map(records.map((record) => [recordKey(record), record.ttl])),
      asked: new Set(questions.map(({ name, type }) => setKey(nameKey(name), type))),
    });
    this.#due.push({ message: { ...EMPTY_QUERY, id, questions }, to: { kind: 'alone', sender: from } });
  }

  /** RFC 6762 6.7: who answers a question from another port repeats its id; some always say 0. */
  #believe(message: Message, from: Sender, records: readonly ResourceRecord[], now: number): readonly ResourceRecord[] {
    const doubted = this.#doubted.get(from.address);
    const mayBeZero = from.reply?.to === 'question' && from.reply.isOnlyWay;
    if (doubted === undefined || now - doubted.askedAt > ANSWER_MS) return this.#refuse();
    if (message.id !== doubted.id && !(mayBeZero && message.id === 0)) return this.#refuse();
    if (!message.answers.some((record) => doubted.asked.has(setKey(nameKey(record.name), typeCode(record.data)))))
      return this.#refuse();
    this.#doubted.delete(from.address);
    // RFC 6762 6.7: to who asks from another port ten seconds are said at most.
    return records.map((record) => ({
      ...record,
      ttl: Math.max(record.ttl, doubted.said.get(recordKey(record)) ?? 0),
    }));
  }

  #refuse(): readonly [] {
    this.#refused += 1;
    return [];
  }

  /** What was asked a moment ago, and this answers. */
  #listAsked(message: Message, now: number): readonly Question[] {
    const questions = new Map<string, Question>();
    for (const { name, data } of message.kind === 'response' ? message.answers : []) {
      const question: Question = { name, type: typeCode(data), unicast: true };
      if (questions.size < MAX_QUESTIONS && this.#schedule.isOwnEcho(question, now))
        questions.set(setKey(nameKey(name), question.type), question);
    }
    return [...questions.values()];
  }
}

function listRecords({ answers, additionals }: Message): readonly ResourceRecord[] {
  return [...answers, ...additionals].filter(({ ttl }) => ttl > 0).map((record) => ({ ...record, flush: false }));
}
