/** Calls `open` once everybody who took a ticket has shown it, and lets them pass. */
export class Barrier {
  readonly passed: Promise<void>;
  #left: number;
  #open: () => void = () => undefined;

  constructor(count: number, open: () => void) {
    this.#left = count;
    this.passed = new Promise((resolve) => {
      this.#open = () => {
        open();
        resolve();
      };
    });
    if (count === 0) this.#open();
  }

  /** To be shown once or more; it counts once. */
  ticket(): () => Promise<void> {
    let isShown = false;
    return () => {
      if (!isShown) this.#left -= 1;
      if (!isShown && this.#left === 0) this.#open();
      isShown = true;
      return this.passed;
    };
  }
}
