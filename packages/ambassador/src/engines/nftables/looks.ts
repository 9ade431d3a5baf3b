import { setTimeout as sleep } from 'node:timers/promises';

/** How often the kernel is asked what it counted. */
const LOOK_MS = 1_000;
/** When engine node was given a client that the kernel could not place. */
const SOON_MS = 100;
/** A look takes one part of so many of the time at most: it reads every connection of the machine. */
const LOOK_PART = 10;

/** Looks again and again, sooner when it is woken. */
export class Looks {
  readonly #look: () => Promise<void>;
  readonly #stop = new AbortController();
  #wake: (() => void) | undefined;
  #running: Promise<void> | undefined;

  /** `look`: what it rejects with is no reason to stop. */
  constructor(look: () => Promise<void>) {
    this.#look = look;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  wake(): void {
    this.#wake?.();
  }

  /** Resolves when the last look is over. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const startedAt = performance.now();
      await this.#look().catch(() => undefined);
      const leastMs = Math.max(SOON_MS, (performance.now() - startedAt) * LOOK_PART);
      await sleep(leastMs, undefined, { signal }).catch(() => undefined);
      await this.#untilWoken(LOOK_MS - leastMs, signal);
    }
  }

  #untilWoken(ms: number, signal: AbortSignal): Promise<void> {
    if (ms <= 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const proceed = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', proceed);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(proceed, ms);
      signal.addEventListener('abort', proceed, { once: true });
      this.#wake = proceed;
    });
  }
}
