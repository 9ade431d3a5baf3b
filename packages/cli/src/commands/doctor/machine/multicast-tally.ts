import type { Clock } from '@mdns-ambassador/mdns';

/** So many withheld packets are no stray ones of another group: as often a question is asked, at least. */
export const WITHHELD_FROM = 3;
/** What the kernel has taken is with us so soon after. */
const IN_FLIGHT_MS = 30;
/** A link hears all that comes so long after it was opened. */
const SETTLE_MS = 100;
/** A moment in which nothing comes is waited for so often at most. */
const MOST_LOOKS = 4;

interface MulticastLook {
  /** As many when it began, and when all of those were with us. */
  readonly taken: number | undefined;
  readonly takenMeanwhile: number | undefined;
  readonly got: number;
}

/** Compares how many packets the kernel took with how many came to us. */
export class MulticastTally {
  readonly #clock: Clock;
  readonly #readTaken: () => number | undefined;
  #got = 0;
  #before: MulticastLook | undefined;
  #ended: Promise<void> | undefined;
  #withheld: number | undefined;

  /** `readTaken`: how many the kernel has taken so far; undefined where that is not known. */
  constructor(clock: Clock, readTaken: () => number | undefined) {
    this.#clock = clock;
    this.#readTaken = readTaken;
  }

  /** Those that the kernel took and that did not come; undefined before `end` has resolved, and where it is not known. */
  get withheld(): number | undefined {
    return this.#withheld;
  }

  /** One has come. */
  count(): void {
    this.#got += 1;
  }

  /** Compares from shortly after: a link that was just opened drops what it hears first. */
  begin(): void {
    this.#clock.after(SETTLE_MS, () =>
      this.#look((look) => {
        this.#before = look;
      }),
    );
  }

  /** Compares until now. What comes is to be counted until it has resolved, however late that is. Each call has the promise of the first one. */
  end(): Promise<void> {
    this.#ended ??= new Promise((resolve) =>
      this.#look(({ taken, got }) => {
        const before = this.#before;
        if (taken !== undefined && before?.takenMeanwhile !== undefined)
          this.#withheld = Math.max(0, taken - before.takenMeanwhile - (got - before.got));
        resolve();
      }),
    );
    return this.#ended;
  }

  /** At a moment in which nothing is on its way to us: a busy process has yet to read what the kernel took. Where there is none, too few count as withheld. */
  #look(onLook: (look: MulticastLook) => void, looks = 1): void {
    const taken = this.#readTaken();
    this.#clock.after(IN_FLIGHT_MS, () => {
      const takenMeanwhile = this.#readTaken();
      if (taken !== takenMeanwhile && looks < MOST_LOOKS) this.#look(onLook, looks + 1);
      else onLook({ taken, takenMeanwhile, got: this.#got });
    });
  }
}
