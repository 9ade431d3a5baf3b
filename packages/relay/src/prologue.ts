import type { Leg } from './leg.ts';

/**
 * What runs on a dialled pair before the splice: a handshake with the peer, credentials. Bytes that it read and that belong
 * to the stream are put back with `unshift`.
 */
export interface Prologue {
  readonly name: string;
  /**
   * Resolves with the leg that is spliced in upstream's place: `upstream` itself, or a stream over it (TLS). Rejects to make
   * the dial count as failed; nothing has then reached the client. Leaves both legs paused.
   */
  run(client: Leg, upstream: Leg, signal: AbortSignal): Promise<Leg>;
}
