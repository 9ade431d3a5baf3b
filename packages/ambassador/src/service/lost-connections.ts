import type { Clock } from '@mdns-ambassador/relay';
import { type Endpoint, isSamePlace } from '../pool/endpoint.ts';
import type { ProxyOptions } from '../proxy-options.ts';

export interface LostConnectionsOptions extends Pick<ProxyOptions, 'onEndpointLost' | 'drainTimeoutMs'> {
  readonly clock: Clock;
  /** Resets what the endpoint carries; `reason` for people. */
  readonly reset: (endpoint: Endpoint, reason: string) => void;
}

interface Due {
  readonly endpoint: Endpoint;
  readonly cancel: () => void;
}

/** What becomes of the established connections of endpoints that are lost. */
export class LostConnections {
  readonly #options: LostConnectionsOptions;
  /** Resets that are due, `drain` alone: one for each place that was lost within the drain timeout. */
  readonly #due = new Set<Due>();

  constructor(options: LostConnectionsOptions) {
    this.#options = options;
  }

  /** The endpoint has left, has moved, or is not to be used. It may be there still, so that the user decides. */
  lose(endpoint: Endpoint, reason: string): void {
    switch (this.#options.onEndpointLost) {
      case 'keep':
        return;
      case 'close':
        this.#options.reset(endpoint, reason);
        return;
      case 'drain':
        this.#drain(endpoint, reason);
        return;
      default:
        this.#options.onEndpointLost satisfies never;
    }
  }

  /** Its check says that nobody answers: whoever waits there must be told. */
  bury(endpoint: Endpoint, reason: string): void {
    this.keep(endpoint);
    this.#options.reset(endpoint, reason);
  }

  /** The endpoint is in use again, at the same place. */
  keep(endpoint: Endpoint): void {
    for (const due of this.#due) {
      if (due.endpoint.id === endpoint.id && isSamePlace(due.endpoint, endpoint)) this.#forget(due);
    }
  }

  close(): void {
    for (const due of this.#due) this.#forget(due);
  }

  #drain(endpoint: Endpoint, reason: string): void {
    this.keep(endpoint);
    const { clock, drainTimeoutMs, reset } = this.#options;
    const cancel = clock.after(drainTimeoutMs, () => {
      this.#due.delete(due);
      reset(endpoint, `${reason}, and the time to finish is over`);
    });
    const due: Due = { endpoint, cancel };
    this.#due.add(due);
  }

  #forget(due: Due): void {
    due.cancel();
    this.#due.delete(due);
  }
}
