import type { Clock } from '@mdns-ambassador/mdns';
import type { ViewTeller } from './view-teller.ts';

/** Who has asked within this time still looks: he asks every 700 ms. */
const LOOKING_MS = 2_000;
/** What changes is told this soon, so that what changes together is told once. */
const SOON_MS = 50;

/** What this process shows, told to those who look: when they ask, and when something of it has changed. */
export class ViewLookers {
  readonly #clock: Clock;
  readonly #describe: () => Promise<object>;
  readonly #asked = new Map<ViewTeller, number>();
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, describe: () => Promise<object>) {
    this.#clock = clock;
    this.#describe = describe;
  }

  /** He asks; too often, he is not answered. */
  answer(teller: ViewTeller): void {
    const now = this.#clock.now();
    this.#forgetOld(now);
    if (!teller.mayLook(now)) return;
    this.#asked.set(teller, now);
    teller.answer(this.#describe);
  }

  /** What this process shows is another now, in more than its numbers. Nothing is sent where nobody looks. */
  change(): void {
    if (this.#cancel !== undefined || this.#asked.size === 0) return;
    this.#cancel = this.#clock.after(SOON_MS, () => {
      this.#cancel = undefined;
      const now = this.#clock.now();
      this.#forgetOld(now);
      for (const teller of this.#asked.keys()) if (teller.mayInterrupt(now)) teller.answer(this.#describe);
    });
  }

  /** Idempotent. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#asked.clear();
  }

  #forgetOld(now: number): void {
    for (const [teller, at] of this.#asked) if (now - at > LOOKING_MS) this.#asked.delete(teller);
  }
}
