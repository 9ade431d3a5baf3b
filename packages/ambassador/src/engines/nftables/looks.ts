import { setTimeout as sleep } from 'node:timers/promises';

/** How often the kernel is asked what it counted. */
const LOOK_MS = 1_000;
/** When engine node was given a client that the kernel could not place. */
const SOON_MS = 100;
/** A look takes one part of so many of the time at most: it reads every connection of the machine. */
const LOOK_PART = 10;

/** Resolves after so many milliseconds, or when the signal is aborted. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

/** Milliseconds until the next look, after one that took so many. */
export function restAfter(tookMs: number, leastMs: number): number {
  return Math.max(leastMs, tookMs * LOOK_PART);
}

export const wait: Wait = (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined);

/** Looks again and again, sooner when it is woken. */
export class Looks {
  readonly #look: () => Promise<void>;
  readonly #wait: Wait;
  readonly #stop = new AbortController();
  /** Aborted by who wakes or ends it: since the last look began. */
  #waking = new AbortController();
  #running: Promise<void> | undefined;

  /** `look`: what it rejects with is no reason to stop. */
  constructor(look: () => Promise<void>, pause: Wait = wait) {
    this.#look = look;
    this.#wait = pause;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  wake(): void {
    this.#waking.abort();
  }

  /** Resolves when the last look is over. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#waking.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const startedAt = performance.now();
      this.#waking = new AbortController();
      await this.#look().catch(() => undefined);
      const restMs = restAfter(performance.now() - startedAt, SOON_MS);
      await this.#wait(restMs, signal);
      const leftMs = LOOK_MS - restMs;
      const { signal: waking } = this.#waking;
      if (leftMs > 0 && !waking.aborted) await this.#wait(leftMs, waking);
    }
  }
}
