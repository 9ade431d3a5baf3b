import { type Clock, errorMessage, Turns } from '@mdns-ambassador/relay';
import { backoffMs } from '@mdns-ambassador/relay/backoff';
import { Loss } from './loss.ts';
import type { EntryEvent, HeldEntry } from './registry.ts';
import { RETRY } from './retry.ts';

/** Who leaves waits this long for the registry at most. */
const WITHDRAWAL_LIMIT_MS = 2_000;

export interface KeptEntryOptions {
  /** Writes it, whatever was there before. One at a time, also with `remove`. */
  readonly write: (value: string) => Promise<void>;
  /** No error when it is not there. */
  readonly remove: () => Promise<void>;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly onEvent: (event: EntryEvent) => void;
  /** It was released and is gone. */
  readonly onEnd: () => void;
}

/** What is wanted of an entry and what is known to be there, and the work that makes them agree. */
export class KeptEntry implements HeldEntry {
  readonly #options: KeptEntryOptions;
  readonly #loss: Loss;
  /** Undefined: it is to be gone. */
  #wanted: string | undefined;
  /** `unknown`: a write may have happened or not, or been undone. */
  #there: { readonly kind: 'unknown' } | { readonly kind: 'known'; readonly value: string | undefined } = {
    kind: 'known',
    value: undefined,
  };
  /** The value that was told to be written. */
  #told: string | undefined;
  /** Counts the times at which what is there came into doubt. */
  #doubts = 0;
  readonly #turns = new Turns(() => this.#agree());
  #isReachable = false;
  #failures = 0;
  #isClosed = false;
  #cancelRetry: () => void = () => undefined;
  #isReleased = false;
  /** Those who wait for it to be gone. */
  readonly #awaiting = new Set<() => void>();

  constructor(options: KeptEntryOptions) {
    this.#options = options;
    this.#loss = new Loss(options.clock, (reason) => {
      this.#told = undefined;
      this.#tell({ kind: 'lost', reason });
    });
  }

  write(value: string): void {
    if (this.#isReleased || this.#isClosed) return;
    this.#wanted = value;
    this.#turns.request();
  }

  async withdraw(): Promise<void> {
    this.#wanted = undefined;
    this.#told = undefined;
    this.#loss.close();
    if (this.#isClosed) return;
    let cancel: () => void = () => undefined;
    await new Promise<void>((resolve) => {
      this.#awaiting.add(resolve);
      cancel = this.#options.clock.after(WITHDRAWAL_LIMIT_MS, resolve);
      this.#turns.request();
    });
    cancel();
  }

  async release(): Promise<void> {
    this.#isReleased = true;
    await this.withdraw();
  }

  /** The registry can be asked; what was written before may be gone. */
  resume(): void {
    this.#isReachable = true;
    this.#failures = 0;
    this.doubt();
  }

  /** Somebody may have changed it. */
  doubt(): void {
    this.#doubts += 1;
    this.#there = { kind: 'unknown' };
    this.#turns.request();
  }

  /** The registry can't be asked. */
  suspend(reason: string): void {
    this.#isReachable = false;
    this.#cancelRetry();
    if (this.#wanted !== undefined) this.#loss.begin(reason);
  }

  /** Nothing is done or told any more. */
  close(): void {
    this.#isClosed = true;
    void this.#turns.close();
    this.#cancelRetry();
    this.#loss.close();
    this.#finish();
  }

  /** Never rejects. */
  async #agree(): Promise<void> {
    this.#cancelRetry();
    while (!this.#isClosed && !this.#isSettled() && this.#isReachable) {
      const wanted = this.#wanted;
      const doubts = this.#doubts;
      this.#there = { kind: 'unknown' };
      try {
        await (wanted === undefined ? this.#options.remove() : this.#options.write(wanted));
      } catch (error) {
        this.#retryLater(errorMessage(error));
        break;
      }
      this.#failures = 0;
      if (doubts === this.#doubts) this.#there = { kind: 'known', value: wanted };
      if (wanted !== undefined && wanted === this.#wanted) this.#tellWritten(wanted);
    }
    if (this.#wanted !== undefined || !this.#isSettled()) return;
    this.#finish();
    if (!this.#isReleased || this.#isClosed) return;
    this.close();
    this.#options.onEnd();
  }

  #isSettled(): boolean {
    return this.#there.kind === 'known' && this.#there.value === this.#wanted;
  }

  #retryLater(reason: string): void {
    if (this.#isClosed) return;
    this.#failures += 1;
    if (this.#wanted !== undefined) this.#loss.begin(reason);
    if (!this.#isReachable) return;
    this.#cancelRetry = this.#options.clock.after(backoffMs(this.#failures, RETRY, this.#options.random), () =>
      this.#turns.request(),
    );
  }

  #finish(): void {
    for (const resolve of this.#awaiting) resolve();
    this.#awaiting.clear();
  }

  #tellWritten(value: string): void {
    if (this.#isClosed) return;
    this.#loss.end();
    if (this.#told === value) return;
    this.#told = value;
    this.#tell({ kind: 'written', value });
  }

  #tell(event: EntryEvent): void {
    if (!this.#isClosed) this.#options.onEvent(event);
  }
}
