import type { Question } from '../wire/message.ts';

/** Known answers in further packets follow at once (RFC 6762 7.2); who lets us wait for longer has none. */
const PATIENCE_MS = 500;
/** Bounds against a host, or many, that always promises more. */
const MAX_SOURCES = 64;
const MAX_QUESTIONS = 256;

interface Overheard {
  readonly questions: Question[];
  /** Names and types of which its known answers hold more than ours. */
  readonly uncovered: Set<string>;
  readonly until: number;
}

/** What one packet of a query says, as far as it concerns us. */
export interface OverheardPart {
  readonly questions: readonly Question[];
  readonly uncovered: Iterable<string>;
  readonly isLast: boolean;
}

/**
 * Queries of others whose known answers come in several packets, by source: whether they spare us our own questions is known
 * once the last packet was heard (RFC 6762 7.2, 7.3). Of 64 sources, 256 questions each, for half a second.
 */
export class OverheardQueries {
  readonly #bySource: Map<string, Overheard> = new Map();

  /** The source has begun a query and not ended it. */
  isPending(source: string, now: number): boolean {
    return (this.#bySource.get(source)?.until ?? Number.NEGATIVE_INFINITY) > now;
  }

  /** Takes in one packet. Returns the questions of the whole query, and what is uncovered of them, once it is complete. */
  add(source: string, part: OverheardPart, now: number): Omit<OverheardPart, 'isLast'> | undefined {
    const known = this.isPending(source, now) ? this.#bySource.get(source) : undefined;
    if (known === undefined && part.isLast) return part;
    const query = known ?? this.#begin(source, now);
    if (query === undefined) return undefined;
    query.questions.push(...part.questions);
    for (const key of part.uncovered) query.uncovered.add(key);
    if (part.isLast || query.questions.length > MAX_QUESTIONS) this.#bySource.delete(source);
    return part.isLast ? query : undefined;
  }

  #begin(source: string, now: number): Overheard | undefined {
    for (const [oldest, { until }] of this.#bySource) {
      if (until > now) break;
      this.#bySource.delete(oldest);
    }
    if (this.#bySource.size >= MAX_SOURCES) return undefined;
    const query: Overheard = { questions: [], uncovered: new Set(), until: now + PATIENCE_MS };
    this.#bySource.set(source, query);
    return query;
  }
}
