import type { Clock } from '@mdns-ambassador/relay';
import type { AlignedPublication } from './aligned-publication.ts';

/** How soon another interface or address is noticed. */
const POLL_MS = 2_000;
const MAX_REASONS_TOLD = 8;

export interface PublicationSetOptions {
  readonly clock: Clock;
  /** What publications depend on, as data: they are aligned when it has changed. */
  readonly situation: () => unknown;
  /** Called before each look at the situation. Never rejects. */
  readonly prepare?: () => Promise<void>;
  /** Told once for each reason, and never after `close` was called. */
  readonly onFailed: (name: string, reason: string) => void;
}

/** The publications of one who publishes for us, which follow the machine's interfaces. */
export class PublicationSet<Kind extends AlignedPublication> {
  readonly #options: PublicationSetOptions;
  readonly #publications = new Set<Kind>();
  readonly #told = new Set<string>();
  #seen = '';
  #cancelPoll: () => void = () => undefined;
  #closing: Promise<void> | undefined;

  constructor(options: PublicationSetOptions) {
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  /** Looks at the situation from now on. Called once. */
  start(): void {
    if (this.isClosed) return;
    this.#cancelPoll = this.#options.clock.after(POLL_MS, () => void this.#look().finally(() => this.start()));
  }

  /** Keeps it until it is closed, and aligns it. */
  add(publication: Kind): Kind {
    this.#publications.add(publication);
    publication.align();
    return publication;
  }

  [Symbol.iterator](): IterableIterator<Kind> {
    return this.#publications.values();
  }

  alignAll(): void {
    this.#alignTo(JSON.stringify(this.#options.situation()));
  }

  tellFailure(name: string, reason: string): void {
    if (this.isClosed || this.#told.has(reason) || this.#told.size >= MAX_REASONS_TOLD) return;
    this.#told.add(reason);
    this.#options.onFailed(name, reason);
  }

  /** Failures that were told are told again when they happen again. */
  forgetFailures(): void {
    this.#told.clear();
  }

  /** Closes every publication. Idempotent. */
  close(): Promise<void> {
    this.#cancelPoll();
    this.#closing ??= Promise.all([...this.#publications].map((publication) => publication.close())).then(
      () => undefined,
    );
    return this.#closing;
  }

  async #look(): Promise<void> {
    await this.#options.prepare?.();
    for (const publication of this.#publications) {
      if (publication.state.kind === 'closed') this.#publications.delete(publication);
    }
    const seen = JSON.stringify(this.#options.situation());
    if (seen !== this.#seen) this.#alignTo(seen);
  }

  #alignTo(seen: string): void {
    this.#seen = seen;
    for (const publication of this.#publications) publication.align();
  }
}
