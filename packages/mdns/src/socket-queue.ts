/** A round of the event loop reads at least so many packets of a socket, where as many wait. */
const PACKETS_OF_A_ROUND = 32;
/** The one that runs may have begun to read before. */
const LEAST_ROUNDS = 4;
/** By then whoever floods has sent what came after the change. */
const MOST_ROUNDS = 256;

/** Tells what a socket took before it was told to refuse something from what came afterwards: the kernel queues it in order. */
export class SocketQueue {
  #rounds = 0;
  #packets = 0;
  #isOld = false;
  readonly #waiting: (() => void)[] = [];

  /** Whether what is read now may have been queued before. */
  get isOld(): boolean {
    return this.#isOld;
  }

  /** From now on something is refused. */
  outdate(): void {
    this.#rounds = 0;
    if (this.#isOld) return;
    this.#isOld = true;
    setImmediate(() => this.#endRound());
  }

  /** Resolves when nothing is read any more that may have been queued before. */
  pass(): Promise<void> {
    return this.#isOld ? new Promise((resolve) => void this.#waiting.push(resolve)) : Promise.resolve();
  }

  /** A packet was read. */
  note(): void {
    this.#packets++;
  }

  #endRound(): void {
    this.#rounds++;
    const isEmpty = this.#packets < PACKETS_OF_A_ROUND;
    this.#packets = 0;
    this.#isOld = this.#rounds < LEAST_ROUNDS || (!isEmpty && this.#rounds < MOST_ROUNDS);
    if (this.#isOld) setImmediate(() => this.#endRound());
    else for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
