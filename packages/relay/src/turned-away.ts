import type { Clock } from './clock.ts';

const INTERVAL_MS = 10_000;

/** Counts who is turned away: the first is told of at once, and how many were since then every ten seconds, as long as there are any. */
export class TurnedAway {
  readonly #clock: Clock;
  readonly #tell: (clients: number) => void;
  #clients = 0;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, tell: (clients: number) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  add(): void {
    this.#clients += 1;
    if (this.#cancel === undefined) this.#report();
  }

  /** Nothing is told any more. */
  close(): void {
    this.#cancel?.();
    this.#cancel = () => undefined;
  }

  #report(): void {
    const clients = this.#clients;
    this.#clients = 0;
    this.#cancel = undefined;
    if (clients === 0) return;
    this.#cancel = this.#clock.after(INTERVAL_MS, () => this.#report());
    this.#tell(clients);
  }
}
