import type { Clock } from '@mdns-ambassador/mdns';

/** Rings once, at the earliest time that it was set to. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #set: { readonly at: number; readonly cancel: () => void } | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** `at`: of the clock. */
  set(at: number): void {
    if (this.#set !== undefined && this.#set.at <= at) return;
    this.cancel();
    const cancel = this.#clock.after(at - this.#clock.now(), () => {
      this.#set = undefined;
      this.#ring();
    });
    this.#set = { at, cancel };
  }

  cancel(): void {
    this.#set?.cancel();
    this.#set = undefined;
  }
}
