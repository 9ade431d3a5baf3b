import type { HistogramView } from '@mdns-ambassador/relay';
import type { ConnectionReport, DialFailure } from '../engines/engine.ts';

/** What one service carried and met since it was started, for metrics; what its status leaves out. */
export interface ServiceTraffic {
  readonly service: string;
  /** How often an endpoint was ejected. */
  readonly ejections: number;
  readonly sources: readonly SourceWord[];
  /** How long dials took that reached an endpoint, in seconds. */
  readonly dialSeconds: HistogramView;
  /** Dials that did not, by reason; those that were given up for another are not counted. */
  readonly dialFailures: Partial<Readonly<Record<DialFailure, number>>>;
  /** How long connections that have ended were carried, in seconds. */
  readonly connectionSeconds: HistogramView;
}

export interface SourceWord {
  readonly name: string;
  /** When it last said something, in milliseconds since 1970; absent before that. */
  readonly heardAt?: number;
}

/** A connection that ended, with the service that it was for. */
export interface ServiceConnectionReport extends ConnectionReport {
  readonly service: string;
}
