import type { Target } from '@mdns-ambassador/relay';
import type { EngineEvent, OverloadQueue } from './engines/engine.ts';
import type { Endpoint, EndpointState } from './pool/endpoint.ts';
import type { RefusedInstance } from './sources/source.ts';

/** Past-tense facts about a service, for the log and the terminal. */
export type ProxyEvent = { readonly service: string } & ProxyFact;

export type ProxyFact =
  /** `faults`: what connections are to suffer, as it is written. */
  | { readonly kind: 'listening'; readonly at: readonly Target[]; readonly faults?: string }
  | {
      readonly kind: 'endpoint-added' | 'endpoint-updated';
      readonly endpoint: Endpoint;
      readonly state: EndpointState;
    }
  /** A source names a place at which the proxy itself listens; once for each endpoint. It is not used. */
  | { readonly kind: 'leads-back'; readonly endpoint: Endpoint }
  /** It is gone from the pool, which it left in `state`; `reason` for people: `said goodbye`, `not heard of again and does not answer` ... */
  | {
      readonly kind: 'endpoint-removed';
      readonly endpoint: Endpoint;
      readonly state: EndpointState;
      readonly reason: string;
    }
  | {
      readonly kind: 'endpoint-state';
      readonly endpoint: Endpoint;
      readonly state: EndpointState;
      readonly reason: string;
    }
  | Extract<EngineEvent, { readonly kind: 'connections-reset' }>
  /**
   * Connections are waiting and there is no endpoint, or none of the `known` ones passes its check. Once, until there was one again.
   * `refused`: who is heard of and may not be dialled.
   */
  | {
      readonly kind: 'no-endpoint';
      readonly waiting: number;
      readonly known: number;
      readonly refused: readonly RefusedInstance[];
    }
  /** Connections were closed because no endpoint could be reached in time. Once, until one succeeded. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  /** A client was told that it is not served; `reason` for people. Not told for every one of a crowd. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'connections-full'; readonly limit: number }
  /** More clients come than can be served in time: so many were turned away at once since this was told last. Not told for every one of a crowd. */
  | { readonly kind: 'overload'; readonly clients: number; readonly queue: OverloadQueue }
  /** Something became of the program that moves the bytes; `message` for people. */
  | { readonly kind: 'engine-changed'; readonly message: string }
  | { readonly kind: 'drained'; readonly finished: number; readonly reset: number };
