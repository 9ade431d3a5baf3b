import type { Endpoint } from '../pool/endpoint.ts';

/** Wakes the machines of one service. Calls are quick, and repeat for every client that waits: whoever implements this limits them. */
export interface Wake {
  reached(endpoint: Endpoint, address: string): void;
  /** Clients wait for one of these, which do not answer; none are known where it is empty. */
  needed(endpoints: readonly Endpoint[]): void;
  /** Nothing is sent any more. Idempotent. */
  close(): void;
}
