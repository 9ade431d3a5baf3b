import type { Leg } from './leg.ts';

/** Why a destination is known to be who it is: a handshake has shown it, or it is on this machine. */
export type Proof = 'mesh' | 'tls' | 'loopback' | 'none';

/** Who was dialled. */
export interface Destination {
  readonly endpointId: string;
  /** For people: `redis on h1 at 10.99.0.1:12345`. */
  readonly name: string;
  readonly proof: Proof;
  /** The source that told of it, as an endpoint names it; absent at an announcer. */
  readonly source?: string;
}

/**
 * What runs on a dialled pair before the splice: a handshake with the peer, credentials. Bytes that it read and that belong
 * to the stream are put back with `unshift`.
 */
export interface Prologue {
  readonly name: string;
  /** What its success shows of the destination to those that run after it. */
  readonly proves?: Proof;
  /**
   * Resolves with the leg that is spliced in upstream's place: `upstream` itself, or a stream over it (TLS). Rejects to make
   * the dial count as failed; nothing has then reached the client. Leaves both legs paused. The same client can come again, with
   * another upstream.
   */
  run(client: Leg, upstream: Leg, signal: AbortSignal, destination: Destination): Promise<Leg>;
}

/** Runs one prologue after the other; rejects as the first that fails. */
export async function runPrologues(
  prologues: readonly Prologue[],
  client: Leg,
  upstream: Leg,
  signal: AbortSignal,
  destination: Destination,
): Promise<Leg> {
  let leg = upstream;
  let known = destination;
  for (const prologue of prologues) {
    leg = await prologue.run(client, leg, signal, known);
    if (prologue.proves !== undefined) known = { ...known, proof: prologue.proves };
  }
  return leg;
}
