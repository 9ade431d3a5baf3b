import { MDNS_PORT } from '../../mdns-port.ts';
import { TokenBucket } from '../../token-bucket.ts';
import type { Message, Question } from '../../wire/message.ts';
import { nameKey } from '../../wire/name.ts';
import { type ResourceRecord, recordKey, TYPE_ANY } from '../../wire/record.ts';
import { distinctQuestions } from '../distinct-questions.ts';
import type { Random, Received, Sender, Transmit } from '../machine.ts';
import { DeferredQueries } from './deferred-query.ts';
import type { OwnSet } from './own-set.ts';
import { composeLegacyResponse, composeResponses } from './response.ts';
import { drawSharedDelay, type ResponseQueue } from './response-queue.ts';
import { SourceLimit } from './source-limit.ts';
import type { OwnZone } from './zone.ts';

/** RFC 6762 5.4: a record that was not multicast within this part of its TTL is multicast though a unicast answer is welcome. */
const RECENT_PART_OF_TTL = 1 / 4;
/** Bounds of what one address, or many, can make us send to it: a screenful of questions at once, then a few a second. */
const UNICAST_BURST = 32;
const UNICASTS_PER_SECOND = 8;
const MAX_UNICAST_SOURCES = 256;
/** All addresses together; a host that can forge them makes us send no more. */
const MAX_UNICASTS_PER_SECOND = 64;
const MAX_WAITING_UNICASTS = 64;

/** What was not done for peers that asked too much, since the start. */
export interface AnswererCounters {
  readonly legacyRefused: number;
  readonly unicastRefused: number;
  readonly deferralsRefused: number;
}

/** An answer to one sender that waits for the end of the step: what it says is what is true then. */
interface Unicast {
  readonly to: Sender;
  compose(zone: OwnZone): readonly Message[];
}

/** Decides which answers a query deserves, when, and by which way (RFC 6762 5.4, 6, 7). Multicast answers go to the queue. */
export class Answerer {
  readonly #random: Random;
  readonly #queue: ResponseQueue;
  readonly #deferred: DeferredQueries = new DeferredQueries();
  readonly #legacyLimit: SourceLimit = newUnicastLimit();
  readonly #unicastLimit: SourceLimit = newUnicastLimit();
  readonly #counters = { legacyRefused: 0, unicastRefused: 0, deferralsRefused: 0 };
  readonly #unicastRate: TokenBucket = new TokenBucket(MAX_UNICASTS_PER_SECOND, 0);
  #unicasts: Unicast[] = [];
  #unicastSince = Number.POSITIVE_INFINITY;

  constructor(random: Random, queue: ResponseQueue) {
    this.#random = random;
    this.#queue = queue;
  }

  get counters(): AnswererCounters {
    return this.#counters;
  }

  receive({ message, from }: Received, zone: OwnZone, now: number): void {
    const asked = distinctQuestions(message.questions).filter((question) => zone.find(question.name) !== undefined);
    // RFC 6762 6.7: who asks from another port does not speak mDNS.
    if (from.port !== MDNS_PORT) {
      this.#answerLegacy(message, asked, from, zone, now);
      return;
    }
    const known = findKnown(message.answers, zone);
    // RFC 6762 7.2. One that names us may have overtaken the packet with the question.
    const isContinuation = message.questions.length === 0 && (this.#deferred.isPending(from.address) || known.size > 0);
    if (asked.length === 0 && !isContinuation) return;
    const proposals = groupProposals(message.authorities, zone);
    const isProbe = ({ name, type }: Question): boolean => {
      const own = zone.find(name);
      // A name that is held answers nobody but probes, and some hosts probe without authority records.
      return own?.denial !== undefined && (proposals.has(nameKey(name)) || (own.isHeld && type === TYPE_ANY));
    };
    const others: Question[] = [];
    for (const question of asked) {
      if (!isProbe(question)) {
        others.push(question);
        continue;
      }
      this.#defend(question, proposals.get(nameKey(question.name)) ?? [], from, zone, now);
    }
    if (others.length === 0 && !isContinuation) return;
    if (message.truncated || isContinuation) {
      // RFC 6762 7.2: the answers wait until all known answers are there.
      const part = { questions: others, known, isTruncated: message.truncated };
      if (this.#deferred.defer(from, part, now, this.#random())) return;
      this.#counters.deferralsRefused += 1;
    }
    // RFC 6762 6, 6.3: only the sole question of a packet can be answered at once, and only if nobody else can answer it.
    const isSole = message.questions.length === 1 && !message.truncated;
    this.#answer(others, known, from, zone, now, isSole ? 'unique' : 'nothing');
  }

  /** Answers the deferred queries that are due, and returns the unicast answers that are waiting. */
  advance(zone: OwnZone, now: number): readonly Transmit[] {
    for (const { questions, known, from } of this.#deferred.take(now)) {
      this.#answer(questions, known, from, zone, now, 'everything');
    }
    const unicasts = this.#unicasts;
    this.#unicasts = [];
    this.#unicastSince = Number.POSITIVE_INFINITY;
    return unicasts.flatMap(({ to, compose }) =>
      compose(zone).map((message): Transmit => ({ message, to: { kind: 'unicast', sender: to } })),
    );
  }

  nextDeadline(): number {
    return Math.min(this.#unicastSince, this.#deferred.nextDeadline());
  }

  #answer(
    questions: readonly Question[],
    known: ReadonlySet<string>,
    from: Sender,
    zone: OwnZone,
    now: number,
    atOnce: 'unique' | 'everything' | 'nothing',
  ): void {
    const sharedAt = now + drawSharedDelay(this.#random());
    const enqueue = (set: OwnSet): void => {
      if (this.#queue.wasJustMulticast(set.key, now)) return;
      const isAtOnce = atOnce === 'everything' || (atOnce === 'unique' && set.isUnique);
      this.#queue.schedule(set.key, isAtOnce ? now : sharedAt, isAtOnce ? 'now' : 'soon');
    };
    const unicast = new Map<string, OwnSet>();
    for (const question of questions) {
      for (const set of zone.answer(question.name, question.type, false)) {
        // RFC 6762 7.1. Of a unique set all or nothing: a part of it with the cache-flush bit would erase the rest (10.2).
        if (set.recordKeys.every((key) => known.has(key))) continue;
        if (question.unicast && this.#wasMulticastRecently(set, now)) unicast.set(set.key, set);
        else enqueue(set);
      }
    }
    const sets = [...unicast.values()];
    if (sets.length > 0 && !this.#sendUnicast(sets, from, now, 'answer')) sets.forEach(enqueue);
  }

  /** A probe for a name of ours is answered at once (RFC 6762 6, 8.1), unless it is our own that came back. */
  #defend(question: Question, proposal: readonly ResourceRecord[], from: Sender, zone: OwnZone, now: number): void {
    const isOurs = proposal.length > 0 && proposal.every((record) => zone.holding(record) !== undefined);
    if (isOurs && from.isThisHost) return;
    const sets = zone.answer(question.name, question.type, true);
    // RFC 6762 5.4: the unicast answer to a probe is never left out; the multicast one may be.
    const isUnicast = question.unicast && this.#sendUnicast(sets, from, now, 'defence');
    for (const set of sets) {
      if (this.#queue.wasJustMulticast(set.key, now)) continue;
      if (!isUnicast || !this.#wasMulticastRecently(set, now)) this.#queue.schedule(set.key, now, 'defence');
    }
  }

  /** RFC 6762 6.7 */
  #answerLegacy(message: Message, asked: readonly Question[], from: Sender, zone: OwnZone, now: number): void {
    const found = asked.flatMap(({ name, type }) => zone.answer(name, type, false));
    const answers = new Map(found.map((set) => [set.key, set]));
    if (answers.size === 0) return;
    if (!this.#mayUnicast(this.#legacyLimit, from, now)) {
      this.#counters.legacyRefused += 1;
      return;
    }
    const additionals = new Map(found.flatMap((set) => zone.additionals(set)).map((set) => [set.key, set]));
    const rest = [...additionals.values()].filter((set) => !answers.has(set.key));
    const compose = (current: OwnZone): readonly Message[] => {
      const told = [...answers.values()].flatMap(tell(current, 'answer'));
      if (told.length === 0) return [];
      const response = composeLegacyResponse(message, told, rest.flatMap(tell(current, 'answer')));
      return response === undefined ? [] : [response];
    };
    this.#push({ to: from, compose }, now);
  }

  #sendUnicast(sets: readonly OwnSet[], from: Sender, now: number, why: 'answer' | 'defence'): boolean {
    if (!this.#mayUnicast(this.#unicastLimit, from, now)) {
      this.#counters.unicastRefused += 1;
      return false;
    }
    const compose = (current: OwnZone): readonly Message[] =>
      composeResponses(sets.flatMap(tell(current, why)), (set) => current.additionals(set)).map(
        ({ message }) => message,
      );
    this.#push({ to: from, compose }, now);
    return true;
  }

  #mayUnicast(limit: SourceLimit, { address, isOffSubnet }: Sender, now: number): boolean {
    if (isOffSubnet === true) return false;
    return this.#unicasts.length < MAX_WAITING_UNICASTS && limit.spend(address, now) && this.#unicastRate.take(now);
  }

  #push(unicast: Unicast, now: number): void {
    this.#unicasts.push(unicast);
    this.#unicastSince = Math.min(this.#unicastSince, now);
  }

  #wasMulticastRecently(set: OwnSet, now: number): boolean {
    return now - this.#queue.lastMulticast(set.key) < set.ttl * 1_000 * RECENT_PART_OF_TTL;
  }
}

/** What a set says now; nothing where it is not to be told any more. */
function tell(zone: OwnZone, why: 'answer' | 'defence'): (set: OwnSet) => readonly OwnSet[] {
  return ({ key }) => {
    const set = zone.set(key);
    return set !== undefined && (why === 'defence' || zone.isTold(set)) ? [set] : [];
  };
}

function newUnicastLimit(): SourceLimit {
  return new SourceLimit({ burst: UNICAST_BURST, perSecond: UNICASTS_PER_SECOND, maxSources: MAX_UNICAST_SOURCES });
}

/** The records that a packet proposes for names of ours, by name. */
function groupProposals(
  authorities: readonly ResourceRecord[],
  zone: OwnZone,
): ReadonlyMap<string, readonly ResourceRecord[]> {
  const proposals = new Map<string, ResourceRecord[]>();
  for (const record of authorities) {
    if (!zone.concerns(record.name)) continue;
    const key = nameKey(record.name);
    const proposal = proposals.get(key);
    if (proposal === undefined) proposals.set(key, [record]);
    else proposal.push(record);
  }
  return proposals;
}

/** RFC 6762 7.1: what the asker knows is not told again while half of its TTL is left. */
function findKnown(answers: readonly ResourceRecord[], zone: OwnZone): ReadonlySet<string> {
  const known = new Set<string>();
  for (const record of answers) {
    const set = zone.holding(record);
    if (set !== undefined && record.ttl >= set.ttl / 2) known.add(recordKey(record));
  }
  return known;
}
