import type { ConnectionReport, DialFailure } from '../engines/engine.ts';

/** What one service carried and met since it was started, for metrics; what its status leaves out. */
export interface ServiceTraffic {
  readonly service: string;
  /** From clients to endpoints, and back. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Clients turned away because the connection limit was reached. */
  readonly dropped: number;
  /** How often an endpoint was ejected. */
  readonly ejections: number;
  readonly sources: readonly SourceAge[];
}

export interface SourceAge {
  readonly name: string;
  /** Since it last said something, in milliseconds; absent before that. */
  readonly ageMs?: number;
}

/** One dial, told when its outcome is known; one that was given up for another is not told. */
export type DialReport =
  | { readonly kind: 'connected'; readonly service: string; readonly latencyMs: number }
  | { readonly kind: 'failed'; readonly service: string; readonly failure: DialFailure };

/** A connection that ended, with the service that it was for. */
export interface ServiceConnectionReport extends ConnectionReport {
  readonly service: string;
}
