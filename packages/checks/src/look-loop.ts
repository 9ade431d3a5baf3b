import { setMaxListeners } from 'node:events';
import { type Clock, surface } from '@mdns-ambassador/relay';

/**
 * The time of a look passes in so many parts, one after another: a process that was kept from running, and finds that its time is
 * over and that the answer has come, loses one of them and not the look.
 */
const PARTS = 4;

export interface LookLoopOptions<Finding> {
  readonly clock: Pick<Clock, 'after'>;
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

  /** A look that fails by an error of our own is followed by the next all the same. */
  async #run(): Promise<void> {
    const { clock, timeoutMs } = this.#options;
    let delayMs: number | undefined = timeoutMs;
    try {
      delayMs = await this.#look();
    } catch (error) {
      this.#cancelTimeout();
      surface(error);
    }
    if (this.#stopped || delayMs === undefined) return;
    this.#cancelNext = clock.after(delayMs, () => void this.#run());
  }

  async #look(): Promise<number | undefined> {
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
    return this.#stopped ? undefined : await takeIn(finding);
  }
}
