import type { CheckOutcome } from '@mdns-ambassador/checks';

/** A service that is silent for so long is not waited for any more. */
const LONGEST_LOOK_MS = 1_000;

/**
 * Says whether a service answers now: not whether it did a while ago, nor whether the kernel accepts for it. Whoever asks gets the
 * outcome of a look that began after he asked; there is one look at a time, whoever asks.
 */
export class LiveCheck {
  readonly #look: (signal: AbortSignal) => Promise<CheckOutcome>;
  #running: Promise<boolean> | undefined;
  #next: Promise<boolean> | undefined;

  /** `look` never rejects, and resolves soon after its signal aborts. */
  constructor(look: (signal: AbortSignal) => Promise<CheckOutcome>) {
    this.#look = look;
  }

  ask(): Promise<boolean> {
    if (this.#running === undefined) return this.#start();
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.#start();
    });
    return this.#next;
  }

  #start(): Promise<boolean> {
    const running = this.#look(AbortSignal.timeout(LONGEST_LOOK_MS)).then(({ ok }) => {
      if (this.#running === running) this.#running = undefined;
      return ok;
    });
    this.#running = running;
    return running;
  }
}
