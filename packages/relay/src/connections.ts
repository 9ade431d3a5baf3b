import { setTimeout as sleep } from 'node:timers/promises';

/** Something that is carried: it finishes some day, and at once when it is reset. */
export interface Connection {
  /** Never rejects. */
  readonly finished: Promise<unknown>;
  reset(): void;
}

export interface DrainOutcome {
  readonly finished: number;
  readonly reset: number;
}

/** The connections that are being carried. */
export class Connections<C extends Connection = Connection> implements Iterable<C> {
  readonly #live = new Set<C>();
  readonly #waiting = new Set<() => void>();

  get size(): number {
    return this.#live.size;
  }

  [Symbol.iterator](): Iterator<C> {
    return this.#live.values();
  }

  /** Holds the connection until it has finished. */
  add(connection: C): void {
    this.#live.add(connection);
    void connection.finished.then(() => {
      this.#live.delete(connection);
      if (this.#live.size > 0) return;
      for (const wake of this.#waiting) wake();
      this.#waiting.clear();
    });
  }

  resetAll(): void {
    for (const connection of this.#live) connection.reset();
  }

  /** Lets what is there finish for `timeoutMs`, then resets the rest; resolves when nothing is left. */
  async drain(timeoutMs: number): Promise<DrainOutcome> {
    const before = this.size;
    const deadline = new AbortController();
    await Promise.race([this.#emptied(), sleep(timeoutMs, undefined, { signal: deadline.signal }).catch(() => {})]);
    deadline.abort();
    const reset = this.size;
    this.resetAll();
    await this.#emptied();
    return { finished: Math.max(0, before - reset), reset };
  }

  #emptied(): Promise<void> {
    if (this.#live.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
    });
  }
}
