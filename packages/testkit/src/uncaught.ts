/** Takes the place of whoever listens for uncaught errors, until it is disposed of; what comes stands in `errors`. */
export class Uncaught implements Disposable {
  readonly errors: unknown[] = [];
  readonly #others: readonly NodeJS.UncaughtExceptionListener[];
  readonly #take = (error: unknown): void => void this.errors.push(error);

  constructor() {
    this.#others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', this.#take);
  }

  [Symbol.dispose](): void {
    process.off('uncaughtException', this.#take);
    for (const other of this.#others) process.on('uncaughtException', other);
  }
}
