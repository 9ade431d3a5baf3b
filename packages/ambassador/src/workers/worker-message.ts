import type { CheckOutcome } from '@mdns-ambassador/checks';
import type { DialFailure, EngineEvent, Reached } from '../engines/engine.ts';
import type { Update } from '../pool/update.ts';
import type { WorkerTally } from './worker-tally.ts';

/** What one worker tells the others of its service. */
export type WorkerNote =
  /** It wants to know who comes, or does not any more: it looks whether an endpoint leads back here. */
  | { readonly kind: 'testing'; readonly isTesting: boolean }
  /** Who came, while another wants to know. */
  | { readonly kind: 'came'; readonly address: string }
  /** The endpoint that gave a client this key, in base64, by which its query is cancelled; without `endpointId`: not any more. */
  | { readonly kind: 'cancel-key'; readonly key: string; readonly endpointId?: string };

/** What the process that finds endpoints tells a worker; as JSON. */
export type ToWorker =
  | { readonly kind: 'update'; readonly source: string; readonly update: Update }
  | { readonly kind: 'checked'; readonly id: string; readonly outcome: CheckOutcome }
  /** The answer to `places`: so many may be taken, and so many of those that were asked for not. */
  | { readonly kind: 'places'; readonly granted: number; readonly refused: number }
  /** Somebody will connect from this port of this machine, to see whether a proxy listens here; `noted` is the answer. */
  | { readonly kind: 'visit'; readonly number: number; readonly from: number; readonly nonce: string }
  | { readonly kind: 'note'; readonly note: WorkerNote }
  /** Secrets are to be read again. */
  | { readonly kind: 'refresh' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'drain'; readonly timeoutMs: number }
  | { readonly kind: 'close' };

/** A dial that was answered. */
export interface ReachedDial extends Partial<Reached> {
  readonly id: string;
  readonly latencyMs: number;
}

/** What became of a dial. */
export type WorkerDial = ReachedDial | { readonly id: string; readonly failure: DialFailure };

/** What a worker tells; as JSON. */
export type FromWorker =
  | { readonly kind: 'listening' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'dials'; readonly dials: readonly WorkerDial[] }
  /** A dial has met silence. */
  | { readonly kind: 'silent'; readonly id: string }
  | { readonly kind: 'waiting'; readonly isWaiting: boolean }
  | { readonly kind: 'tally'; readonly tally: WorkerTally }
  | { readonly kind: 'events'; readonly events: readonly EngineEvent[] }
  /** So many more places are wanted, and so many are given back. */
  | { readonly kind: 'places'; readonly wanted: number; readonly given: number }
  | { readonly kind: 'noted'; readonly number: number }
  | { readonly kind: 'note'; readonly note: WorkerNote }
  | { readonly kind: 'stopped' | 'closed' }
  | { readonly kind: 'drained'; readonly finished: number; readonly reset: number; readonly tally: WorkerTally }
  /** For people, and for programs; as a reporter takes it. */
  | { readonly kind: 'told'; readonly line?: string | readonly string[]; readonly fact: WorkerFact };

interface WorkerFact {
  readonly event: string;
  readonly [field: string]: unknown;
}
