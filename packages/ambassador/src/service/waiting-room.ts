/** Clients that wait for the first endpoint. Its size is bounded by the connection limit of the engine that fills it. */
export class WaitingRoom {
  readonly #waiters = new Set<() => void>();

  get size(): number {
    return this.#waiters.size;
  }

  /** Resolves at the next `release`; rejects with the signal's reason when that aborts first. */
  enter(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const leave = (): void => {
        this.#waiters.delete(proceed);
        signal.removeEventListener('abort', give);
      };
      const proceed = (): void => {
        leave();
        resolve();
      };
      const give = (): void => {
        leave();
        reject(signal.reason);
      };
      this.#waiters.add(proceed);
      signal.addEventListener('abort', give);
    });
  }

  /** Lets everyone who waits go on. */
  release(): void {
    for (const proceed of [...this.#waiters]) proceed();
  }
}
