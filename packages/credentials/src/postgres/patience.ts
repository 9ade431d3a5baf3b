/** A signal that aborts with another one, after a time, or when it is told to. */
export class Patience {
  readonly #abort: AbortController = new AbortController();
  readonly #parent: AbortSignal;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #onAbort = (): void => this.end();

  constructor(parent: AbortSignal, timeoutMs?: number) {
    this.#parent = parent;
    if (parent.aborted) this.#abort.abort();
    else parent.addEventListener('abort', this.#onAbort);
    this.#timer = timeoutMs === undefined ? undefined : setTimeout(this.#onAbort, timeoutMs);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Aborts, and leaves nothing behind. Idempotent. */
  end(): void {
    clearTimeout(this.#timer);
    this.#parent.removeEventListener('abort', this.#onAbort);
    this.#abort.abort();
  }
}
