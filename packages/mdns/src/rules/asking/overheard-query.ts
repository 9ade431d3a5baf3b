import type { Question } from '../../wire/message.ts';

/** Known answers in further packets follow at once, and may overtake each other (RFC 6762 7.2); what comes later is no part. */
const PATIENCE_MS = 500;
/** Bounds against a host, or many, that always promises more. */
const MAX_SOURCES = 64;
const MAX_QUESTIONS = 256;

interface Overheard {
  readonly questions: Question[];
  /** Names and types of which its known answers hold more than ours. */
  readonly uncovered: Set<string>;
  readonly until: number;
  /** The packet that promises no more was heard. */
  isEnded: boolean;
}

/** What one packet of a query says, as far as it concerns us. */
export interface OverheardPart {
  readonly questions: readonly Question[];
  readonly uncovered: Iterable<string>;
  readonly isLast: boolean;
}

/**
 * Queries of others whose known answers come in several packets, by source: whether they spare us our own questions is known
 * once the last packet was heard (RFC 6762 7.2, 7.3), and may be another when one comes that the last has overtaken. Of 64
 * sources, 256 questions each, for half a second.
 */
export class OverheardQueries {
  readonly #bySource: Map<string, Overheard> = new Map();

  /**
   * Takes in one packet that has the TC bit, or no questions. Returns the questions of the whole query, and what is uncovered of
   * them, as far as it was heard; undefined until the last packet was.
   */
  add(source: string, part: OverheardPart, now: number): Omit<OverheardPart, 'isLast'> | undefined {
    const query = this.#join(source, part, now) ?? this.#begin(source, now);
    if (query === undefined) return undefined;
    query.questions.push(...part.questions);
    for (const key of part.uncovered) query.uncovered.add(key);
    query.isEnded ||= part.isLast;
    if (query.questions.length > MAX_QUESTIONS) this.#bySource.delete(source);
    return query.isEnded && query.questions.length <= MAX_QUESTIONS ? query : undefined;
  }

  /** The query that the packet belongs to: not one that is complete, if it asks something itself. */
  #join(source: string, part: OverheardPart, now: number): Overheard | undefined {
    const known = this.#bySource.get(source);
    if (known === undefined || known.until <= now) return undefined;
    const isAnother = known.isEnded && known.questions.length > 0 && part.questions.length > 0;
    return isAnother ? undefined : known;
  }

  #begin(source: string, now: number): Overheard | undefined {
    this.#bySource.delete(source);
    for (const [oldest, { until }] of this.#bySource) {
      if (until > now) break;
      this.#bySource.delete(oldest);
    }
    if (this.#bySource.size >= MAX_SOURCES) return undefined;
    const query: Overheard = { questions: [], uncovered: new Set(), until: now + PATIENCE_MS, isEnded: false };
    this.#bySource.set(source, query);
    return query;
  }
}
