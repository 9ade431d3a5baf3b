import type { Clock } from '@mdns-ambassador/mdns';

/** What the kernel has taken is with us so soon after. */
const IN_FLIGHT_MS = 30;
/** A link hears all that comes so long after it was opened. */
const SETTLE_MS = 100;

/** Compares how many packets the kernel took with how many came to us. */
export class MulticastTally {
  readonly #clock: Clock;
  readonly #readTaken: () => number | undefined;
  #got = 0;
  #withheld: number | undefined;

  /** `readTaken`: how many the kernel has taken so far; undefined where that is not known. */
  constructor(clock: Clock, readTaken: () => number | undefined) {
    this.#clock = clock;
    this.#readTaken = readTaken;
  }

  /** Those that the kernel took and that did not come; undefined before the time is over, and where it is not known. */
  get withheld(): number | undefined {
    return this.#withheld;
  }

  /** One has come. */
  count(): void {
    this.#got += 1;
  }

  /** Compares what comes for a little less than `durationMs`: not at once, for a link that was just opened drops what it hears first. */
  begin(durationMs: number): void {
    this.#clock.after(SETTLE_MS, () => {
      const before = { taken: this.#readTaken(), got: this.#got };
      this.#clock.after(durationMs - SETTLE_MS - 2 * IN_FLIGHT_MS, () => {
        const taken = this.#readTaken();
        this.#clock.after(IN_FLIGHT_MS, () => {
          if (taken === undefined || before.taken === undefined) return;
          this.#withheld = Math.max(0, taken - before.taken - (this.#got - before.got));
        });
      });
    });
  }
}
