import { systemClock } from '@mdns-ambassador/mdns';
import type { Clock } from '@mdns-ambassador/relay';

/** What a part of the whole does: one announcement, or one service's proxy. */
export interface PartWork {
  /** Rejects with a CliError, everything closed, when it can't. Called once. */
  start(): Promise<void>;
  /**
   * Takes on nothing new, calls `onRoom` as soon as another can stand in its place, lets what it carries finish for
   * `timeoutMs`, ends the rest. Called once. Absent: it carries nothing, and there is room when it has closed.
   */
  leave?(timeoutMs: number, onRoom: () => void): Promise<void>;
  /** Ends at once. Idempotent. */
  close(): Promise<void>;
  /** How long what it carries may take to finish when all ends, in milliseconds; default 0. */
  readonly drainTimeoutMs?: number;
}

/** Connections of a service whose entry was changed may go on for this long: as long as a timer of Node counts. */
const LONGEST_MS = 2_147_483_647;

/** One entry of a plan at work. */
export class Part {
  readonly #work: PartWork;
  readonly #clock: Clock;
  #left: Promise<void> | undefined;

  constructor(work: PartWork, clock: Clock = systemClock) {
    this.#work = work;
    this.#clock = clock;
  }

  start(): Promise<void> {
    return this.#work.start();
  }

  /**
   * Makes room for another in its place: resolves when there is. What a `replaced` one carries goes on until it ends by
   * itself, what a `removed` one carries for its drain timeout.
   */
  async retire(how: 'replaced' | 'removed'): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#left ??= this.#leave(how === 'replaced' ? LONGEST_MS : this.#drainTimeoutMs, resolve);
      void this.#left.then(resolve);
    });
  }

  /** Resolves when nothing of a retired one is left. */
  async ended(): Promise<void> {
    await this.#left;
  }

  /** Lets what it carries finish for its drain timeout at most, then ends; also when it has retired before. */
  async stop(): Promise<void> {
    if (this.#left === undefined) {
      this.#left = this.#leave(this.#drainTimeoutMs, () => undefined);
      await this.#left;
      return;
    }
    const left = this.#left;
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(this.#drainTimeoutMs, resolve);
      void left.then(() => {
        cancel();
        resolve();
      });
    });
    await this.#work.close();
  }

  close(): Promise<void> {
    return this.#work.close();
  }

  get #drainTimeoutMs(): number {
    return this.#work.drainTimeoutMs ?? 0;
  }

  async #leave(timeoutMs: number, onRoom: () => void): Promise<void> {
    await this.#work.leave?.(timeoutMs, onRoom);
    await this.#work.close();
  }
}
