import type { Random } from '@mdns-ambassador/mdns';
import type { Clock, HistogramView, SpliceOutcome, Target } from '@mdns-ambassador/relay';
import type { DialFailure } from '../pool/dial-failure.ts';
import type { Endpoint, EndpointState, EndpointTally } from '../pool/endpoint.ts';
import type { PickResult } from '../pool/pick-result.ts';
import type { PlannedEndpoint } from '../pool/plan.ts';
import type { ProxyOptions } from '../proxy-options.ts';
import type { Fault } from './faults.ts';

export type { DialFailure } from '../pool/dial-failure.ts';

/** Which of an endpoint's addresses answered. `isDetour`: another was tried before it, and did not. */
export interface Reached {
  readonly address: string;
  readonly isDetour: boolean;
}

/** What an engine asks of the pool. Every call is synchronous. */
export interface EndpointPicker {
  /** The next endpoint to try, or why there is none. Does not reserve it. */
  pick(request: { readonly exclude: ReadonlySet<string>; readonly clientAddress?: string }): PickResult;
  /** Asked before a dial at a further address of an endpoint that was picked. Absent: always. */
  mayDial?(id: string): boolean;
  /** Called where `pick` has just said `nobody`: resolves when there is somebody; rejects when the signal aborts. */
  waitForEndpoint(signal: AbortSignal): Promise<void>;
  /**
   * A connection is now carried by this endpoint; the returned function says that it ended, and after how many bytes where the engine
   * knows. Call it exactly once.
   */
  opened(id: string): (bytesUp?: number, bytesDown?: number) => void;
  /** `reached` is absent where an engine dials one address alone. */
  dialSucceeded(id: string, latencyMs: number, reached?: Reached): void;
  dialFailed(id: string, failure: DialFailure): void;
  /** A dial of a client has met silence for half a second. Absent: of no interest. */
  readonly dialSilent?: ((id: string) => void) | undefined;
}

/** From clients to endpoints, and back. */
export interface CarriedBytes {
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** The bytes are those of open connections, too. */
export interface EngineCounters extends CarriedBytes {
  readonly active: number;
  readonly accepted: number;
  /** Closed without ever reaching an endpoint. */
  readonly failed: number;
  /** Dials that failed and were made good by another endpoint. */
  readonly retried: number;
  /** Turned away because the limit was reached. */
  readonly dropped: number;
  /** Turned away because they could not have been served in time. */
  readonly overload: number;
}

/** What became of dials, and of the connections that they led to. */
export interface DialTraffic {
  /** How long dials took that reached an endpoint, in seconds. */
  readonly dialSeconds: HistogramView;
  /** Dials that did not, by reason; those that were given up for another are not counted. */
  readonly dialFailures: Partial<Readonly<Record<DialFailure, number>>>;
  /** How long connections that have ended were carried, in seconds. */
  readonly connectionSeconds: HistogramView;
}

/** What processes have counted that carry connections by themselves. */
export interface EngineSums extends DialTraffic {
  readonly counters: EngineCounters;
  /** By endpoint; bytes are those of connections that have ended. */
  readonly endpoints: ReadonlyMap<string, EndpointTally>;
  /** By endpoint, of open connections. */
  readonly carried: ReadonlyMap<string, CarriedBytes>;
}

/** How a connection ended. */
export type ConnectionOutcome =
  /** `aborted`: it was reset from here, since its endpoint was lost, or the proxy stopped. */
  | Exclude<SpliceOutcome, { readonly kind: 'untouched' }>
  /** The client left before an endpoint was reached. */
  | { readonly kind: 'left' }
  /** No endpoint could be reached in time; `reason`, for people, is absent when there was nobody to dial. */
  | { readonly kind: 'failed'; readonly reason?: string };

/** One connection from its accept to its end. */
export interface ConnectionReport extends CarriedBytes {
  /** Absent on a unix socket. */
  readonly client?: { readonly address: string; readonly port: number };
  /** Who carried it; absent when nobody did. */
  readonly endpoint?: Endpoint;
  /** Which of the endpoint's addresses. */
  readonly address?: string;
  readonly durationMs: number;
  /** How long the dial took that reached the endpoint. */
  readonly dialMs?: number;
  readonly outcome: ConnectionOutcome;
  /** What it was to suffer; absent: nothing. */
  readonly fault?: Fault;
}

/** Carries the connections of one service. */
export interface Engine {
  /** Listens; resolves with what is really bound. Rejects with a RelayError (EADDRINUSE, EACCES) that names the address. */
  start(): Promise<readonly Target[]>;
  readonly counters: EngineCounters;
  /** By endpoint, of the connections that are open. Absent where the engine knows no bytes of single endpoints. */
  listCarried?(): ReadonlyMap<string, CarriedBytes>;
  /** For an engine of other processes, each with a pool of its own, so that the picker hears of few of their connections. */
  sums?(): EngineSums;
  /**
   * For an engine that chooses by itself rather than ask `pick`: called after `start` with every endpoint, whenever something
   * may have changed. Resolves when new connections go by it; a later plan makes an earlier one void. Never rejects.
   */
  sync?(plan: readonly PlannedEndpoint[]): Promise<void>;
  /**
   * Resets the established connections of an endpoint that is lost, but not those dialled at a place of `except`, where the
   * endpoint is now; returns how many they were.
   */
  resetConnectionsOf(id: string, except?: Endpoint): number;
  /** By id: endpoints one of whose connections was sent something some seconds ago and has heard nothing since. */
  listUnanswered(): ReadonlyMap<string, Endpoint>;
  /**
   * Called while dials of the endpoint meet silence. Resets those of its connections whose bytes its host has not acknowledged for
   * long, or whose host is gone, as far as the kernel tells; resolves with how many they were.
   */
  resetUnacknowledged(id: string): Promise<number>;
  /** Accepts no more; resolves when others can listen there. What is established goes on. Idempotent. */
  stopListening(): Promise<void>;
  /** Stops listening, lets connections finish for `timeoutMs`, resets the rest. Idempotent. */
  drain(timeoutMs: number): Promise<{ readonly finished: number; readonly reset: number }>;
  /** Ends at once. Idempotent. */
  close(): Promise<void>;
}

/** Where who was turned away would have waited: to be accepted, by a process that is busy; or for its turn to dial. */
export type OverloadQueue = 'accept' | 'dial';

/** What only the engine sees: one event for each connection concerned; the listener limits them. */
export type EngineEvent =
  | { readonly kind: 'unreachable'; readonly reason: string }
  /** A client was told that it is not served, because of how it asked or of the credentials. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'connections-full'; readonly limit: number }
  /**
   * Established connections of an endpoint were reset, because it was lost. `state`: in which it is, or left, for who carried them; absent
   * where the pool does not know it any more.
   */
  | {
      readonly kind: 'connections-reset';
      readonly endpoint: Endpoint;
      readonly state?: EndpointState | undefined;
      readonly count: number;
      readonly reason: string;
    }
  /** More clients come than can be served in time. */
  | { readonly kind: 'overload'; readonly queue: OverloadQueue }
  /** Something became of the program that moves the bytes; `message` for people. */
  | { readonly kind: 'engine-changed'; readonly message: string }
  /** With `reportConnections` only. */
  | { readonly kind: 'connection-ended'; readonly connection: ConnectionReport };

/** What an engine works with; each absent: the machine's own. */
export interface EngineSurroundings {
  readonly clock?: Clock | undefined;
  /** In [0, 1). */
  readonly random?: Random | undefined;
}

/** How `ambassador.ts` is given an engine for one service; the binder knows sockets and prologues. */
export type CreateEngine = (
  proxy: ProxyOptions,
  picker: EndpointPicker,
  onEvent: (event: EngineEvent) => void,
  surroundings: EngineSurroundings,
) => Engine;
