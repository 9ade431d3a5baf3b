import { setMaxListeners } from 'node:events';

/**
 * The time of a look passes in so many parts, one after another: a process that was kept from running, and finds that its time is
 * over and that the answer has come, loses one of them and not the look.
 */
const PARTS = 4;

/** What sets a timer: runs `run` after `delayMs`, unless the returned function is called before. */
export interface LookClock {
  after(delayMs: number, run: () => void): () => void;
}

export interface LookLoopOptions<Finding> {
  readonly clock: LookClock;
  /** How long one look may take. */
  readonly timeoutMs: number;
  /** Resolves soon after its signal aborts; never rejects. */
  readonly look: (signal: AbortSignal) => Promise<Finding>;
  /** Takes a finding in; resolves with the delay until the next look, or undefined when none is needed. Never after `stop`. */
  readonly takeIn: (finding: Finding) => Promise<number | undefined>;
}

/** Looks again and again: one look at a time, each bounded in time. */
export class LookLoop<Finding> {
  readonly #options: LookLoopOptions<Finding>;
  #stopped = false;
  #abortLook: () => void = () => {};
  #cancelTimeout: () => void = () => {};
  #cancelNext: () => void = () => {};

  constructor(options: LookLoopOptions<Finding>) {
    this.#options = options;
  }

  /** Takes the first look at once. Call it once. */
  start(): void {
    void this.#run();
  }

  /** Calls off the look that runs and the one that is due. Idempotent. */
  stop(): void {
    this.#stopped = true;
    this.#abortLook();
    this.#cancelTimeout();
    this.#cancelNext();
  }

  async #run(): Promise<void> {
    const { clock, timeoutMs, look, takeIn } = this.#options;
    const abort = new AbortController();
    // A look dials every address of the machine at once.
    setMaxListeners(0, abort.signal);
    this.#abortLook = () => abort.abort();
    const passTime = (parts: number): void => {
      if (parts === 0) abort.abort();
      else this.#cancelTimeout = clock.after(timeoutMs / PARTS, () => passTime(parts - 1));
    };
    passTime(PARTS);
    const finding = await look(abort.signal);
    this.#cancelTimeout();
    if (this.#stopped) return;
    const delayMs = await takeIn(finding);
    if (this.#stopped || delayMs === undefined) return;
    this.#cancelNext = clock.after(delayMs, () => void this.#run());
  }
}
