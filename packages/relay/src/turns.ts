import type { Clock } from './clock.ts';
import { surface } from './surface.ts';

/** From the beginning of one turn to that of the next. */
export interface TurnInterval {
  readonly clock: Clock;
  readonly leastMs: number;
}

/**
 * Does something when it is asked for, one turn at a time. What is asked for meanwhile is done once, afterwards: the last request is
 * never lost. A turn that rejects is an error of our own, and the next one comes all the same.
 */
export class Turns {
  readonly #run: () => Promise<void>;
  readonly #interval: TurnInterval | undefined;
  #state: 'idle' | 'waiting' | 'running' | 'running-again' | 'closed' = 'idle';
  #lastAt = Number.NEGATIVE_INFINITY;
  #cancel: () => void = () => undefined;
  #running: Promise<void> = Promise.resolve();

  /** Without an interval a turn begins as soon as it is asked for; never within the request. */
  constructor(run: () => Promise<void>, interval?: TurnInterval) {
    this.#run = run;
    this.#interval = interval;
  }

  request(): void {
    switch (this.#state) {
      case 'idle':
        this.#schedule();
        return;
      case 'running':
        this.#state = 'running-again';
        return;
      case 'waiting':
      case 'running-again':
      case 'closed':
        return;
      default:
        this.#state satisfies never;
    }
  }

  /** Resolves when no turn runs any more; a turn that waits for its interval is not waited for. */
  async settle(): Promise<void> {
    let ended: Promise<void> | undefined;
    while (ended !== this.#running) {
      ended = this.#running;
      await ended;
    }
  }

  /** Resolves when the turn that runs has ended; none begins any more. Idempotent. */
  async close(): Promise<void> {
    this.#state = 'closed';
    this.#cancel();
    await this.#running;
  }

  #schedule(): void {
    this.#state = 'waiting';
    if (this.#interval === undefined) {
      this.#running = Promise.resolve().then(() => this.#take());
      return;
    }
    const { clock, leastMs } = this.#interval;
    this.#cancel = clock.after(Math.max(0, this.#lastAt + leastMs - clock.now()), () => {
      this.#running = this.#take();
    });
  }

  async #take(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'running';
    this.#lastAt = this.#interval?.clock.now() ?? this.#lastAt;
    try {
      await this.#run();
    } catch (error) {
      surface(error);
    }
    this.#end();
  }

  #end(): void {
    const isAsked = this.#state === 'running-again';
    if (this.#state === 'closed') return;
    this.#state = 'idle';
    if (isAsked) this.#schedule();
  }
}
