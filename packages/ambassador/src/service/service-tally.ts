import { CONNECTION_SECONDS, Histogram } from '@mdns-ambassador/relay';
import type { DialFailure, DialTraffic } from '../engines/engine.ts';

/** From a neighbour on the LAN to the longest that a client is kept waiting by default. */
const DIAL_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What became of a service's dials and connections since it was started. */
export class ServiceTally {
  readonly #dials = new Histogram(DIAL_SECONDS);
  readonly #connections = new Histogram(CONNECTION_SECONDS);
  readonly #failures: Partial<Record<DialFailure, number>> = {};

  reached(latencyMs: number): void {
    this.#dials.observe(latencyMs / 1_000);
  }

  failed(failure: DialFailure): void {
    this.#failures[failure] = (this.#failures[failure] ?? 0) + 1;
  }

  ended(durationMs: number): void {
    this.#connections.observe(durationMs / 1_000);
  }

  view(): DialTraffic {
    return {
      dialSeconds: this.#dials.view(),
      dialFailures: { ...this.#failures },
      connectionSeconds: this.#connections.view(),
    };
  }
}
