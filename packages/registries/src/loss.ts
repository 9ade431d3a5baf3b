import type { Clock } from './clock.ts';

/** A client that changes from one server to the next is back sooner; nobody need know. */
const PATIENCE_MS = 2_000;

/** Tells that a registry was lost: at once where nothing was ever heard, else when it is not back after two seconds. */
export class Loss {
  readonly #clock: Clock;
  readonly #tell: (reason: string) => void;
  #state: 'never-heard' | 'heard' | 'lost' = 'never-heard';
  #reason = '';
  #told: string | undefined;
  #cancel: (() => void) | undefined;

  /** `tell` is called once for each reason in a row. */
  constructor(clock: Clock, tell: (reason: string) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  begin(reason: string): void {
    this.#reason = reason;
    switch (this.#state) {
      case 'never-heard':
      case 'lost':
        this.#say();
        return;
      case 'heard':
        this.#cancel ??= this.#clock.after(PATIENCE_MS, () => {
          this.#cancel = undefined;
          this.#state = 'lost';
          this.#say();
        });
        return;
      default:
        this.#state satisfies never;
    }
  }

  end(): void {
    this.close();
    this.#state = 'heard';
    this.#told = undefined;
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #say(): void {
    if (this.#told === this.#reason) return;
    this.#told = this.#reason;
    this.#tell(this.#reason);
  }
}
