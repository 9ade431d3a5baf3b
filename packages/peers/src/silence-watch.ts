import type { Clock } from '@mdns-ambassador/mdns';
import type { PeerLink } from './link/peer-link.ts';
import { SILENCE_MS } from './rules/table.ts';

/** Hangs up on links that are silent, while there are any: for those of looks, which nothing else advances. */
export class SilenceWatch {
  readonly #clock: Clock;
  readonly #list: () => readonly PeerLink[];
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, list: () => readonly PeerLink[]) {
    this.#clock = clock;
    this.#list = list;
  }

  /** There is one now. Idempotent. */
  start(): void {
    this.#cancel ??= this.#clock.after(SILENCE_MS / 2, () => {
      this.#cancel = undefined;
      for (const link of this.#list()) link.advance(this.#clock.now());
      if (this.#list().length > 0) this.start();
    });
  }

  /** Looks no more, until it is started again. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
