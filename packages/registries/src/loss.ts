import type { Clock } from '@mdns-ambassador/relay';

/** A client that changes from one server to the next is back sooner; nobody need know. */
const PATIENCE_MS = 2_000;
/** More than servers anybody has; a server that is away for a day is not worth more lines. */
const MAX_REASONS_TOLD = 16;

/** Tells that a registry was lost: at once where nothing was ever heard, else when it is not back after two seconds. */
export class Loss {
  readonly #clock: Clock;
  readonly #tell: (reason: string) => void;
  #state: 'never-heard' | 'heard' | 'lost' = 'never-heard';
  #reason = '';
  readonly #told = new Set<string>();
  #cancel: (() => void) | undefined;

  /** `tell` is called once for each reason until `end`. */
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
    this.#told.clear();
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #say(): void {
    if (this.#told.has(this.#reason) || this.#told.size >= MAX_REASONS_TOLD) return;
    this.#told.add(this.#reason);
    this.#tell(this.#reason);
  }
}
