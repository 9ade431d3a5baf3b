import type { Clock } from '@mdns-ambassador/mdns';

/**
 * Runs something when it is asked for, at most once in `intervalMs` and one at a time. What is asked for meanwhile is done
 * once, afterwards: the last request is never lost.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  /** Never rejects. */
  readonly #run: () => Promise<void>;
  #state: 'idle' | 'waiting' | 'running' | 'running-again' | 'closed' = 'idle';
  #lastAt = Number.NEGATIVE_INFINITY;
  #cancel: () => void = () => undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(clock: Clock, intervalMs: number, run: () => Promise<void>) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#run = run;
  }

  request(): void {
    switch (this.#state) {
      case 'idle':
        this.#wait();
        break;
      case 'running':
        this.#state = 'running-again';
        break;
      case 'waiting':
      case 'running-again':
      case 'closed':
        break;
      default:
        this.#state satisfies never;
    }
  }

  /** Resolves when what is running has ended; nothing runs after it. Idempotent. */
  async close(): Promise<void> {
    this.#state = 'closed';
    this.#cancel();
    await this.#running;
  }

  #wait(): void {
    this.#state = 'waiting';
    const delayMs = Math.max(0, this.#lastAt + this.#intervalMs - this.#clock.now());
    this.#cancel = this.#clock.after(delayMs, () => {
      this.#running = this.#start();
    });
  }

  async #start(): Promise<void> {
    this.#state = 'running';
    this.#lastAt = this.#clock.now();
    await this.#run();
    const after: string = this.#state;
    if (after === 'running-again') this.#wait();
    else if (after === 'running') this.#state = 'idle';
  }
}
