import { encodeMessage } from '../../wire/encode.ts';
import { EMPTY_QUERY, type Message } from '../../wire/message.ts';
import { type ResourceRecord, TYPE_CODES } from '../../wire/record.ts';
import type { OwnSet } from './own-set.ts';

/** RFC 6762 17: what one packet should hold. The driver splits what is larger; we fill packets so that additionals are not lost. */
const MAX_RESPONSE_BYTES = 1_232;
/** RFC 1035 4.2.1: what any resolver accepts. */
const MAX_LEGACY_BYTES = 512;
/** RFC 6762 6.7: a resolver that does not hear our updates must not keep a record for long. */
const MAX_LEGACY_TTL_SECONDS = 10;
/** RFC 6762 10.1 */
const GOODBYE_TTL_SECONDS = 0;

/** A response and the sets that it holds. */
export interface Response {
  readonly message: Message;
  readonly sets: readonly OwnSet[];
}

/**
 * The responses that carry `answers`, each with the additionals that `additionalsOf` finds for it, packet by packet. Additionals are left
 * out where they don't fit; an answer never is.
 */
export function composeResponses(
  answers: readonly OwnSet[],
  additionalsOf: (answer: OwnSet) => readonly OwnSet[],
): readonly Response[] {
  const whole = new ResponseDraft();
  for (const answer of answers) whole.add(answer, additionalsOf(answer));
  if (whole.fits(MAX_RESPONSE_BYTES)) return whole.isEmpty ? [] : [whole.finish()];
  const drafts = [new ResponseDraft()];
  const placed = new Set(answers.map(({ key }) => key));
  for (const answer of answers) {
    const companions = additionalsOf(answer).filter(({ key }) => !placed.has(key));
    if (drafts.at(-1)?.addWithin(MAX_RESPONSE_BYTES, answer, companions) !== true) {
      const next = new ResponseDraft();
      drafts.push(next);
      if (!next.addWithin(MAX_RESPONSE_BYTES, answer, companions)) {
        next.add(answer, []);
        continue;
      }
    }
    for (const { key } of companions) placed.add(key);
  }
  return drafts.filter((draft) => !draft.isEmpty).map((draft) => draft.finish());
}

/**
 * The answer to a resolver that does not speak mDNS (RFC 6762 6.7): its id and question come back, TTLs are short, no cache-flush bits,
 * no NSEC records unless it asked for them: an empty answer says that there is none. What does not fit 512 bytes is left out.
 * Undefined when that is every answer.
 */
export function composeLegacyResponse(
  query: Message,
  answers: readonly OwnSet[],
  additionals: readonly OwnSet[],
): Message | undefined {
  const { id, questions } = query;
  const isDenialWanted = questions.some(({ type }) => type === TYPE_CODES.NSEC);
  const recordsOf = (sets: readonly OwnSet[]): readonly ResourceRecord[] =>
    sets.filter(({ type }) => isDenialWanted || type !== TYPE_CODES.NSEC).flatMap(({ records }) => records);
  let message: Message = { ...EMPTY_RESPONSE, id, questions };
  if (recordsOf(answers).length === 0) return message;
  for (const section of ['answers', 'additionals'] as const) {
    for (const record of recordsOf(section === 'answers' ? answers : additionals)) {
      const next = { ...message, [section]: [...message[section], toLegacy(record)] };
      if (encodeMessage(next).length > MAX_LEGACY_BYTES) return message.answers.length === 0 ? undefined : message;
      message = next;
    }
  }
  return message.answers.length === 0 ? undefined : message;
}

/** RFC 6762 10.1: the records with a TTL of 0. */
export function composeGoodbye(sets: readonly OwnSet[]): Message {
  const answers = sets.flatMap((set) => set.records).map((record) => ({ ...record, ttl: GOODBYE_TTL_SECONDS }));
  return { ...EMPTY_RESPONSE, answers };
}

const EMPTY_RESPONSE: Message = { ...EMPTY_QUERY, kind: 'response' };

function toLegacy(record: ResourceRecord): ResourceRecord {
  return { ...record, flush: false, ttl: Math.min(record.ttl, MAX_LEGACY_TTL_SECONDS) };
}

/** A response in the making. Each set is in it once, as an answer if it is one. */
class ResponseDraft {
  #answers: Map<string, OwnSet> = new Map();
  #additionals: Map<string, OwnSet> = new Map();

  get isEmpty(): boolean {
    return this.#answers.size === 0;
  }

  add(answer: OwnSet, companions: readonly OwnSet[]): void {
    this.#answers.set(answer.key, answer);
    this.#additionals.delete(answer.key);
    for (const set of companions) if (!this.#answers.has(set.key)) this.#additionals.set(set.key, set);
  }

  /** Adds all of it, or nothing when that would be too much. */
  addWithin(maxBytes: number, answer: OwnSet, companions: readonly OwnSet[]): boolean {
    const [answers, additionals] = [new Map(this.#answers), new Map(this.#additionals)];
    this.add(answer, companions);
    if (this.fits(maxBytes)) return true;
    this.#answers = answers;
    this.#additionals = additionals;
    return false;
  }

  fits(maxBytes: number): boolean {
    return encodeMessage(this.finish().message).length <= maxBytes;
  }

  finish(): Response {
    const [answers, additionals] = [[...this.#answers.values()], [...this.#additionals.values()]];
    const message: Message = {
      ...EMPTY_RESPONSE,
      answers: answers.flatMap((set) => set.records),
      additionals: additionals.flatMap((set) => set.records),
    };
    return { message, sets: [...answers, ...additionals] };
  }
}
