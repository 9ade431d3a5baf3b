import type { Clock } from '@mdns-ambassador/relay';
import type { Inviter } from './find-inviter.ts';

/** Without an inviter by then there is none that multicast brings. */
const SEARCH_MS = 20_000;
/** Where who was found first is no use: others invite by the same number, or somebody says so who does not. */
const OTHERS_MS = 1_500;

/** Those who invite by the code's number, or may know who does, as they are found: for 20 s, and for 1.5 s more once one of them has failed. */
export class FoundInviters {
  readonly #clock: Clock;
  readonly #found: Inviter[] = [];
  readonly #timers: (() => void)[] = [];
  #isOver = false;
  #wake: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isEmpty(): boolean {
    return this.#found.length === 0;
  }

  add(...inviters: readonly Inviter[]): void {
    this.#found.push(...inviters);
    this.#wake();
  }

  /** Somebody invites by this number, and lets nobody in. */
  noteFailure(): void {
    this.#endAfter(OTHERS_MS);
  }

  /** In the order in which they were found; ends with the signal, too. */
  async *follow(signal: AbortSignal): AsyncGenerator<Inviter> {
    const stop = (): void => this.#stop();
    signal.addEventListener('abort', stop, { once: true });
    this.#endAfter(SEARCH_MS);
    try {
      for (let next = 0; !signal.aborted; ) {
        const inviter = this.#found[next];
        if (inviter !== undefined) {
          next += 1;
          yield inviter;
        } else if (this.#isOver) return;
        else
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
      }
    } finally {
      signal.removeEventListener('abort', stop);
      for (const cancel of this.#timers) cancel();
    }
  }

  #endAfter(ms: number): void {
    this.#timers.push(this.#clock.after(ms, () => this.#stop()));
  }

  #stop(): void {
    this.#isOver = true;
    this.#wake();
  }
}
