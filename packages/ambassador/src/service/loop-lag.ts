import type { Clock } from '@mdns-ambassador/relay';

const TICK_MS = 100;
/** A delay counts for this long after it: dials that it disturbed end within that time. */
const MEMORY_MS = 1_000;

/** How late the event loop runs: who is late sees silence where there is none, and must not judge others by the clock. */
export class LoopLag {
  readonly #clock: Clock;
  #due: number;
  #worst: { readonly ms: number; readonly at: number } = { ms: 0, at: Number.NEGATIVE_INFINITY };
  #cancel: () => void;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#due = clock.now() + TICK_MS;
    this.#cancel = clock.after(TICK_MS, this.#tick);
  }

  /** Milliseconds: the worst delay of the last second, the one that lasts included. */
  current(): number {
    const now = this.#clock.now();
    const remembered = now - this.#worst.at <= MEMORY_MS ? this.#worst.ms : 0;
    return Math.max(0, remembered, now - this.#due);
  }

  close(): void {
    this.#cancel();
    this.#due = Number.POSITIVE_INFINITY;
  }

  readonly #tick = (): void => {
    const now = this.#clock.now();
    const ms = now - this.#due;
    if (ms >= this.#worst.ms || now - this.#worst.at > MEMORY_MS) this.#worst = { ms, at: now };
    this.#due = now + TICK_MS;
    this.#cancel = this.#clock.after(TICK_MS, this.#tick);
  };
}
