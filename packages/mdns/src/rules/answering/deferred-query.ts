import type { Question } from '../../wire/message.ts';
import type { Sender } from '../machine.ts';

/** RFC 6762 7.2: how long known answers in further packets are waited for, from the last packet on that promises more. */
const DEFERRAL_MIN_MS = 400;
const DEFERRAL_MAX_MS = 500;
/** Bounds against a host, or many, that always promises more. The first is counted from the first packet on. */
const MAX_WAIT_MS = 2_000;
const MAX_SOURCES = 256;
const MAX_PACKETS = 64;
const MAX_QUESTIONS = 256;

/** A query whose known answers come in several packets. */
export interface DeferredQuery {
  readonly from: Sender;
  readonly questions: readonly Question[];
  /** Keys of our sets that the asker knows already. */
  readonly known: ReadonlySet<string>;
}

/** One packet of such a query. */
export interface QueryPart {
  readonly questions: readonly Question[];
  readonly known: Iterable<string>;
  /** TC: more follows. */
  readonly isTruncated: boolean;
}

interface PendingQuery {
  readonly from: Sender;
  readonly questions: Question[];
  readonly known: Set<string>;
  readonly since: number;
  dueAt: number;
  packets: number;
}

/**
 * Queries with the TC bit, by source, each until 400-500 ms after its last packet with that bit (RFC 6762 7.2), or two seconds after
 * its first. Of 256 sources, 64 packets and 256 questions each; what is beyond is refused, and the caller answers without waiting.
 */
export class DeferredQueries {
  readonly #pending: Map<string, PendingQuery> = new Map();

  isPending(address: string): boolean {
    return this.#pending.has(address);
  }

  /**
   * Begins to wait, or goes on with a source that is waited for. `random` in [0, 1). False when there is no room: nothing was
   * noted, and nothing is waited for.
   */
  defer(from: Sender, { questions, known, isTruncated }: QueryPart, now: number, random: number): boolean {
    const pauseMs = DEFERRAL_MIN_MS + random * (DEFERRAL_MAX_MS - DEFERRAL_MIN_MS);
    let pending = this.#pending.get(from.address);
    if (pending === undefined) {
      if (this.#pending.size >= MAX_SOURCES) return false;
      pending = { from, questions: [], known: new Set(), since: now, dueAt: now + pauseMs, packets: 0 };
      this.#pending.set(from.address, pending);
    }
    if (pending.packets >= MAX_PACKETS || pending.questions.length + questions.length > MAX_QUESTIONS) return false;
    if (isTruncated) pending.dueAt = Math.min(Math.max(pending.dueAt, now + pauseMs), pending.since + MAX_WAIT_MS);
    pending.packets += 1;
    pending.questions.push(...questions);
    for (const key of known) pending.known.add(key);
    return true;
  }

  /** Takes the queries whose time has come. */
  take(now: number): readonly DeferredQuery[] {
    const due = [...this.#pending].filter(([, { dueAt }]) => dueAt <= now);
    for (const [address] of due) this.#pending.delete(address);
    return due.map(([, pending]) => pending);
  }

  nextDeadline(): number {
    let deadline = Number.POSITIVE_INFINITY;
    for (const { dueAt } of this.#pending.values()) deadline = Math.min(deadline, dueAt);
    return deadline;
  }
}
