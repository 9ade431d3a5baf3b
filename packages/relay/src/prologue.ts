import type { Socket } from 'node:net';

/**
 * What runs on a dialled pair before the splice: a handshake with the peer, credentials. Bytes that it read and that belong
 * to the stream are put back with `unshift`. Rejects to make the dial count as failed; nothing has then reached the client.
 */
export interface Prologue {
  readonly name: string;
  run(client: Socket, upstream: Socket, signal: AbortSignal): Promise<void>;
}
