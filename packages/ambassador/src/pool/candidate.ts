import type { Endpoint } from './endpoint.ts';
import type { Pace } from './pace.ts';

/** An endpoint that may be picked now, as a balancer sees it. */
export interface Candidate {
  readonly endpoint: Endpoint;
  /** Connections that it carries now. */
  readonly active: number;
  readonly pace: Pace;
  /** Its part of the new connections, relative to the other candidates'; above 0. */
  readonly share: number;
}

/** Chooses among candidates of one SRV priority. */
export interface Balancer {
  /** One of `candidates`, which are in a stable order; undefined only where there are none. Called for each pick. */
  choose(candidates: readonly Candidate[], clientAddress: string | undefined): Candidate | undefined;
}
