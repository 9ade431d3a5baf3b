import type { Clock, Opening, Prologue, Proof } from '@mdns-ambassador/relay';
import type { Endpoint } from '../pool/endpoint.ts';
import type { DialQueue } from './dial-queue.ts';
import type { Dial } from './endpoint-dialler.ts';
import type { ConnectionReport, EndpointPicker } from './engine.ts';
import type { Fault } from './faults.ts';
import type { LoopWatch } from './loop-watch.ts';
import type { RetryBudget } from './retry-budget.ts';

/** What the connections of one engine share. */
export interface ConnectionContext {
  readonly clock: Clock;
  readonly picker: EndpointPicker;
  readonly dial: Dial;
  /** Set where a dial takes a handshake: clients have turns then. */
  readonly queue?: DialQueue | undefined;
  /** Asked before each dial. */
  readonly loops: Pick<LoopWatch, 'admit'>;
  readonly prologues: readonly Prologue[];
  /** What a dial proves about the endpoint: in a mesh, the handshake is part of the dial. Absent: nothing. */
  readonly proof?: Proof | undefined;
  /** Hears each client before an endpoint is picked for it. */
  readonly opening?: Opening | undefined;
  /** An endpoint that carries connections now, even if the picker has forgotten it. */
  readonly findCarrier: (id: string) => Endpoint | undefined;
  readonly connectTimeoutMs: number;
  /** Silence after which another endpoint is dialled beside the silent one; absent: the race's own. */
  readonly patienceMs?: number | undefined;
  readonly budget: RetryBudget;
  /** Draws what a connection is to suffer; absent: nothing. */
  readonly drawFault?: (() => Fault) | undefined;
  /** An endpoint was reached, after this many others had failed. */
  onReached(failedBefore: number): void;
  /** The client was given up. `reason`, for people: why the last dial failed; undefined when there was nobody to dial. */
  onLost(reason: string | undefined): void;
  /** The client was told that it is not served; `reason` for people. */
  onRefused(reason: string): void;
  /** The connection is done with, after so many bytes. */
  onEnded(bytesUp: number, bytesDown: number): void;
  /** Set where each connection is to be reported when it is done with. */
  readonly onReport?: ((connection: ConnectionReport) => void) | undefined;
}
