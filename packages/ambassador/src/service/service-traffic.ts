import type { ConnectionReport, DialTraffic } from '../engines/engine.ts';

/** What one service carried and met since it was started, for metrics; what its status leaves out. */
export interface ServiceTraffic extends DialTraffic {
  readonly service: string;
  /** How often an endpoint was ejected. */
  readonly ejections: number;
  readonly sources: readonly SourceWord[];
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
