import type { Leg } from './leg.ts';

/** What a client's first words said. */
export interface Opened {
  /** The one endpoint that can serve this client, as `reached` was told it; absent: whoever is picked. */
  readonly endpointId?: string;
  /**
   * Called right before bytes flow between the client and the endpoint that was reached. What upstream will say may be
   * listened to with `data`, each chunk only until the listener returns; upstream stays paused.
   */
  reached?(endpointId: string, upstream: Leg): void;
}

/** Hears a client's first words before anybody is dialled for it. For protocols whose client speaks first. */
export interface Opening {
  /**
   * Resolves once they are there, having put them back with `unshift`, and leaves the client paused. It may have answered
   * questions that are no endpoint's business. Rejects when the client is not to be served: with a Refusal it is told why.
   * The signal aborts when the client has left; then it rejects too.
   */
  hear(client: Leg, signal: AbortSignal): Promise<Opened>;
}
