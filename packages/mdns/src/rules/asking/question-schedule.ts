import type { Message, Question } from '../../wire/message.ts';
import { type Name, nameKey } from '../../wire/name.ts';
import { type ResourceRecord, setKey, TYPE_CODES } from '../../wire/record.ts';
import type { Random } from '../machine.ts';
import { Congestion } from './congestion.ts';
import { DeadlineHeap, type Waiting } from './deadline-heap.ts';
import type { Denials } from './denials.ts';
import type { RecordCache } from './record-cache.ts';

/**
 * RFC 6762 5.2: the first question waits for 20 to 120 ms, lest all ask at once because of one event that all of them saw. A
 * user who begins to browse is no such event, so that question takes the near end of the range.
 */
const FIRST_DELAY_MS = 20;
const FIRST_JITTER_MS = { onEvent: 100, onDemand: 4 };
/** RFC 6762 5.2: one second to the second question, then doubled, up to an hour. */
const FIRST_INTERVAL_MS = 1000;
const MAX_INTERVAL_MS = 3_600_000;
/** RFC 6762 7.3: another host's question counts as ours for this long. */
const DUPLICATE_MS = 999;
/** Nothing is asked twice within this time, whatever a peer does (RFC 6762 5.2). */
const MIN_INTERVAL_MS = 1000;
/**
 * A question that would come with a long list waits while the link is full of such lists, and so often at most; meanwhile most of what
 * is missing is announced again.
 */
const POSTPONED_MS = { least: 1_000, greatest: 3_000 };
const MAX_POSTPONED = 3;
/** However much a peer gives to ask for: messages of about a packet each, ten at once, and one every tenth of a second. */
const QUESTIONS_PER_MESSAGE = 64;
const MESSAGE_MS = 100;
const MESSAGES_AT_ONCE = 10;
/** Of what was asked or seen lately. */
const RECENT_QUESTIONS = 2048;

/** What is missing is asked for until it is there: `tries` times, or at growing intervals up to `maxIntervalMs`. */
export interface FollowUp {
  readonly tries: number;
  readonly maxIntervalMs: number;
}

interface PendingQuestion extends Waiting {
  readonly key: string;
  readonly nameKey: string;
  readonly name: Name;
  readonly type: number;
  /** undefined: asked for as long as it stands here. */
  followUp: FollowUp | undefined;
  asked: number;
  /** How often the next one was put off. */
  postponed: number;
  /** The next by its own intervals, and a single question between them; Infinity when none. */
  plannedAt: number;
  onceAt: number;
}

/** Which questions one interface asks, and when. All are QM: other stacks share port 5353 and may take a unicast answer. */
export class QuestionSchedule {
  readonly #cache: RecordCache;
  readonly #denials: Denials;
  readonly #random: Random;
  /** By the key of the name, then by type. */
  readonly #byName: Map<string, Map<number, PendingQuestion>> = new Map();
  readonly #heap: DeadlineHeap<PendingQuestion> = new DeadlineHeap();
  readonly #asked: RecentQuestions = new RecentQuestions();
  readonly #seen: RecentQuestions = new RecentQuestions();
  readonly #congestion: Congestion = new Congestion();
  /** When the question that began last because of an event is asked first. */
  #startAt = Number.NEGATIVE_INFINITY;
  /** Until when the messages so far use up their rate. */
  #spentUntil = Number.NEGATIVE_INFINITY;

  constructor(cache: RecordCache, denials: Denials, random: Random) {
    this.#cache = cache;
    this.#denials = denials;
    this.#random = random;
  }

  /** Asks from now on until `forget` (RFC 6762 5.2). No-op when it does. */
  askContinuously(name: Name, type: number, now: number): void {
    const owner = nameKey(name);
    const pending = this.#find(owner, type);
    if (pending !== undefined && pending.followUp === undefined && pending.plannedAt !== Number.POSITIVE_INFINITY)
      return;
    this.#plan(this.#obtain(name, type, owner), undefined, FIRST_JITTER_MS.onDemand, now);
  }

  /** Asks until an answer is cached, or denied, or the tries are used up. No-op while it does. `owner` is the name's key. */
  askUntilAnswered(name: Name, type: number, followUp: FollowUp, now: number, owner: string = nameKey(name)): void {
    if (this.isAsking(owner, type)) return;
    this.#plan(this.#obtain(name, type, owner), followUp, FIRST_JITTER_MS.onEvent, now);
  }

  /** It will be asked, at times of its own. */
  isAsking(owner: string, type: number): boolean {
    const pending = this.#find(owner, type);
    return pending !== undefined && pending.plannedAt !== Number.POSITIVE_INFINITY;
  }

  /** Asks once, as soon as may be. */
  askOnce(name: Name, type: number, now: number): void {
    const pending = this.#obtain(name, type, nameKey(name));
    pending.onceAt = Math.min(pending.onceAt, now);
    this.#reschedule(pending);
  }

  /** Asks nothing more about this name. */
  forget(owner: string): void {
    for (const pending of this.#byName.get(owner)?.values() ?? []) this.#drop(pending);
  }

  /** Time or connectivity was lost: every question begins anew, as if it were the first (RFC 6762 5.2). */
  restart(now: number): void {
    this.#seen.clear();
    for (const byType of this.#byName.values()) {
      for (const pending of byType.values())
        if (pending.plannedAt !== Number.POSITIVE_INFINITY) this.#begin(pending, FIRST_JITTER_MS.onEvent, now);
    }
  }

  /** We asked this ourselves just now, and may be hearing ourselves. */
  isOwnEcho(question: Question, now: number): boolean {
    return this.#asked.has(setKey(nameKey(question.name), question.type), now - MIN_INTERVAL_MS);
  }

  /**
   * Another host asked this by multicast, and nothing that it lists as known is unknown to us: the answer will serve us, too
   * (RFC 6762 7.3).
   */
  noteDuplicate(question: Question, now: number): void {
    const owner = nameKey(question.name);
    if (!this.#byName.has(owner) && !this.#cache.has(question.name, question.type)) return;
    this.#seen.add(setKey(owner, question.type), now, now - DUPLICATE_MS);
  }

  /** What was noted of this question was wrong: the other host knows of an answer that we don't. */
  revokeDuplicate(question: Question): void {
    this.#seen.delete(setKey(nameKey(question.name), question.type));
  }

  /** A packet of a long list of known answers was heard. */
  noteList(now: number): void {
    this.#congestion.note(now);
  }

  /** A message with what is to be asked now; undefined when there is nothing. Called again while `nextDeadline` has come. */
  takeDue(now: number): Message | undefined {
    if (now < this.#allowedAt()) return undefined;
    const questions: Question[] = [];
    const answers: ResourceRecord[] = [];
    for (let due = this.#heap.due(now); due !== undefined; due = this.#heap.due(now)) {
      if (!this.#isWorthAsking(due, now)) continue;
      questions.push({ name: due.name, type: due.type, unicast: false });
      answers.push(...this.#cache.knownAnswers(due.name, due.type, now));
      this.#asked.add(due.key, now, now - MIN_INTERVAL_MS);
      this.#advance(due, now);
      if (questions.length === QUESTIONS_PER_MESSAGE) break;
    }
    if (questions.length === 0) return undefined;
    this.#spentUntil = Math.max(this.#spentUntil, now) + MESSAGE_MS;
    return { id: 0, kind: 'query', truncated: false, questions, answers, authorities: [], additionals: [] };
  }

  nextDeadline(): number {
    return Math.max(this.#heap.nextDeadline(), this.#allowedAt());
  }

  #allowedAt(): number {
    return this.#spentUntil - (MESSAGES_AT_ONCE - 1) * MESSAGE_MS;
  }

  /** When not, the question has been moved on or dropped. */
  #isWorthAsking(due: PendingQuestion, now: number): boolean {
    if (due.followUp !== undefined && due.plannedAt <= now && this.#isAnswered(due, now)) {
      due.plannedAt = Number.POSITIVE_INFINITY;
      this.#reschedule(due);
      return due.onceAt <= now;
    }
    if (this.#seen.has(due.key, now - DUPLICATE_MS)) {
      this.#advance(due, now);
      return false;
    }
    if (due.plannedAt <= now && this.#isToWait(due, now)) {
      const { least, greatest } = POSTPONED_MS;
      due.plannedAt = now + least + (greatest - least) * this.#random();
      due.postponed += 1;
      this.#reschedule(due);
      return false;
    }
    // The very sum that is planned with: in floating point the difference of times may fall short of it.
    const allowedAt = (this.#asked.timeOf(due.key) ?? Number.NEGATIVE_INFINITY) + MIN_INTERVAL_MS;
    if (allowedAt <= now) return true;
    if (due.onceAt <= now) due.onceAt = allowedAt;
    if (due.plannedAt <= now) due.plannedAt = allowedAt;
    this.#reschedule(due);
    return false;
  }

  /** The first question never waits: who has just come has nothing to list. */
  #isToWait({ followUp, asked, postponed }: PendingQuestion, now: number): boolean {
    return followUp === undefined && asked > 0 && postponed < MAX_POSTPONED && this.#congestion.isCongested(now);
  }

  /** An address of either family makes a host reachable; what its owner denies does not come (RFC 6762 6.1). */
  #isAnswered(pending: PendingQuestion, now: number): boolean {
    if (this.#denials.has(pending.name, pending.type, now)) return true;
    const { A, AAAA } = TYPE_CODES;
    if (pending.type !== A && pending.type !== AAAA) return this.#cache.has(pending.name, pending.type);
    return this.#cache.has(pending.name, A) || this.#cache.has(pending.name, AAAA);
  }

  /** It was asked, by us or by another host. */
  #advance(pending: PendingQuestion, now: number): void {
    pending.onceAt = Number.POSITIVE_INFINITY;
    if (pending.plannedAt <= now) {
      pending.asked += 1;
      pending.postponed = 0;
      const { tries, maxIntervalMs } = pending.followUp ?? {
        tries: Number.POSITIVE_INFINITY,
        maxIntervalMs: MAX_INTERVAL_MS,
      };
      const interval = Math.min(FIRST_INTERVAL_MS * 2 ** (pending.asked - 1), maxIntervalMs);
      pending.plannedAt = pending.asked < tries ? now + interval : Number.POSITIVE_INFINITY;
    }
    this.#reschedule(pending);
  }

  #plan(pending: PendingQuestion, followUp: FollowUp | undefined, jitterMs: number, now: number): void {
    pending.followUp = followUp;
    this.#begin(pending, jitterMs, now);
  }

  #begin(pending: PendingQuestion, jitterMs: number, now: number): void {
    pending.asked = 0;
    pending.postponed = 0;
    pending.plannedAt = this.#drawStart(jitterMs, now);
    this.#reschedule(pending);
  }

  /** A random time, which questions that begin because of one event share, and so a packet (RFC 6762 5.3). */
  #drawStart(jitterMs: number, now: number): number {
    const earliest = now + FIRST_DELAY_MS;
    if (jitterMs !== FIRST_JITTER_MS.onEvent) return earliest + jitterMs * this.#random();
    const isShared = this.#startAt >= earliest && this.#startAt <= earliest + jitterMs;
    if (!isShared) this.#startAt = earliest + jitterMs * this.#random();
    return this.#startAt;
  }

  #find(owner: string, type: number): PendingQuestion | undefined {
    return this.#byName.get(owner)?.get(type);
  }

  #obtain(name: Name, type: number, owner: string): PendingQuestion {
    const known = this.#find(owner, type);
    if (known !== undefined) return known;
    const pending: PendingQuestion = {
      key: setKey(owner, type),
      nameKey: owner,
      name,
      type,
      followUp: undefined,
      asked: 0,
      postponed: 0,
      plannedAt: Number.POSITIVE_INFINITY,
      onceAt: Number.POSITIVE_INFINITY,
      dueAt: Number.POSITIVE_INFINITY,
      position: -1,
    };
    const byType = this.#byName.get(owner) ?? new Map<number, PendingQuestion>();
    this.#byName.set(owner, byType.set(type, pending));
    return pending;
  }

  #reschedule(pending: PendingQuestion): void {
    const dueAt = Math.min(pending.plannedAt, pending.onceAt);
    if (dueAt === Number.POSITIVE_INFINITY) this.#drop(pending);
    else this.#heap.set(pending, dueAt);
  }

  #drop(pending: PendingQuestion): void {
    this.#heap.delete(pending);
    const byType = this.#byName.get(pending.nameKey);
    byType?.delete(pending.type);
    if (byType?.size === 0) this.#byName.delete(pending.nameKey);
  }
}

/** When questions were last heard of, the earliest first; forgotten when too old, or too many. */
class RecentQuestions {
  readonly #times: Map<string, number> = new Map();

  add(key: string, now: number, forgetBefore: number): void {
    this.#times.delete(key);
    this.#times.set(key, now);
    for (const [oldest, time] of this.#times) {
      if (time >= forgetBefore && this.#times.size <= RECENT_QUESTIONS) break;
      this.#times.delete(oldest);
    }
  }

  has(key: string, since: number): boolean {
    return (this.#times.get(key) ?? Number.NEGATIVE_INFINITY) > since;
  }

  delete(key: string): void {
    this.#times.delete(key);
  }

  timeOf(key: string): number | undefined {
    return this.#times.get(key);
  }

  clear(): void {
    this.#times.clear();
  }
}
