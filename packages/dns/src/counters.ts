import type { Code } from './rules/query.ts';

/** What came to a server since it started. */
export interface DnsCounters {
  /** Answers by their code; `NOERROR` with and without records. */
  readonly answers: Readonly<Record<Code, number>>;
  /** Of them those that were too large for a datagram and have to be asked for over TCP. */
  readonly truncated: number;
  /** What was no query, and got no answer. */
  readonly dropped: number;
  /** Connections that were ended: one too many, or without a whole query in time. */
  readonly refusedConnections: number;
}

export type MutableCounters = {
  -readonly [Key in keyof DnsCounters]: Key extends 'answers' ? Record<Code, number> : DnsCounters[Key];
};

export function createCounters(): MutableCounters {
  const answers = { NOERROR: 0, FORMERR: 0, SERVFAIL: 0, NXDOMAIN: 0, NOTIMP: 0, REFUSED: 0, BADVERS: 0 };
  return { answers, truncated: 0, dropped: 0, refusedConnections: 0 };
}
