import type { Clock } from '@mdns-ambassador/mdns';
import { backoffMs } from '../pool/backoff.ts';
import { type Endpoint, isSameEndpoint } from '../pool/endpoint.ts';
import type { Random } from '../pool/random.ts';
import type { Update } from '../pool/update.ts';
import type { Source } from './source.ts';
import { HealthReport, type SourceHealth } from './source-health.ts';
import { VerifyLimit } from './verify-limit.ts';

/** What one look brought. */
export type Finding =
  /** The whole set, at least one, which holds for `holdsMs`. `doubt`: why a part of it is only what was known before. */
  | {
      readonly kind: 'found';
      readonly endpoints: readonly Endpoint[];
      readonly holdsMs: number;
      readonly doubt?: string | undefined;
    }
  /** There is nobody. `removed`: and that is the owner's own word; `gone`: who is still there may still answer. */
  | { readonly kind: 'none'; readonly how: 'gone' | 'removed'; readonly reason: string; readonly holdsMs: number }
  /** Nothing was learnt. `isStale`: what was found may have changed since, and nobody would tell. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly isStale?: boolean };

export interface Look {
  /** What was found last; empty at first. */
  readonly previous: readonly Endpoint[];
  /** A dial failed: what was remembered is not good enough. */
  readonly isVerification: boolean;
  readonly signal: AbortSignal;
}

export interface LookingSourceOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  /** One at a time. A rejection counts as `unknown`. */
  readonly look: (look: Look) => Promise<Finding>;
  /** Calls `wake` when it is worth looking before the last finding has ceased to hold; the returned function ends that. */
  readonly watch?: (wake: () => void) => () => void;
  readonly onHealth?: ((health: SourceHealth) => void) | undefined;
}

/** After a look that failed. */
const RETRY = { firstMs: 1_000, maxMs: 30_000 };

type Told =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'found' | 'gone'; readonly endpoints: readonly Endpoint[] }
  | { readonly kind: 'removed' };

/**
 * A source that looks again and again: when what it found ceases to hold, when a dial failed (once a second at most), when it
 * is woken, and after a failure with growing waits. A look that fails changes nothing.
 */
export function createLookingSource(options: LookingSourceOptions): Source {
  return new LookingSource(options);
}

class LookingSource implements Source {
  readonly name: string;
  readonly #options: LookingSourceOptions;
  readonly #verifyLimit = new VerifyLimit();
  readonly #health: HealthReport;
  readonly #stop = new AbortController();
  #onUpdate: ((update: Update) => void) | undefined;
  #told: Told = { kind: 'nothing' };
  #failures = 0;
  #isLooking = false;
  #isWoken = false;
  #cancelNext = (): void => undefined;
  #endWatch = (): void => undefined;

  constructor(options: LookingSourceOptions) {
    this.name = options.name;
    this.#options = options;
    this.#health = new HealthReport(options.name, options.onHealth);
  }

  async start(onUpdate: (update: Update) => void): Promise<void> {
    if (this.#onUpdate !== undefined || this.#stop.signal.aborted) return;
    this.#onUpdate = onUpdate;
    this.#endWatch = this.#options.watch?.(() => this.#wake()) ?? this.#endWatch;
    await Promise.resolve();
    void this.#look(false);
  }

  verify(id: string): void {
    if (this.#isLooking || this.#failures > 0 || this.#stop.signal.aborted) return;
    if (!this.#listKnown().some((endpoint) => endpoint.id === id)) return;
    if (this.#verifyLimit.admit(this.name, this.#options.clock.now())) void this.#look(true);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#cancelNext();
    this.#endWatch();
  }

  #wake(): void {
    if (this.#isLooking) this.#isWoken = true;
    else void this.#look(false);
  }

  /** Never rejects. */
  async #look(isVerification: boolean): Promise<void> {
    const { signal } = this.#stop;
    if (signal.aborted) return;
    this.#cancelNext();
    this.#isLooking = true;
    const finding = await this.#find({ previous: this.#listKnown(), isVerification, signal });
    this.#isLooking = false;
    if (signal.aborted) return;
    const isFailure = finding.kind === 'unknown' || (finding.kind === 'found' && finding.doubt !== undefined);
    this.#failures = isFailure ? this.#failures + 1 : 0;
    const waitMs = isFailure ? backoffMs(this.#failures, RETRY, this.#options.random) : finding.holdsMs;
    this.#cancelNext = this.#options.clock.after(this.#isWoken ? 0 : waitMs, () => void this.#look(false));
    this.#isWoken = false;
    this.#tell(finding);
  }

  async #find(look: Look): Promise<Finding> {
    try {
      return await this.#options.look(look);
    } catch (error) {
      return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  #listKnown(): readonly Endpoint[] {
    return this.#told.kind === 'found' || this.#told.kind === 'gone' ? this.#told.endpoints : [];
  }

  #tell(finding: Finding): void {
    const source = this.name;
    switch (finding.kind) {
      case 'found': {
        const { endpoints, doubt } = finding;
        this.#health.tell(
          doubt === undefined ? { kind: 'working', source } : { kind: 'failing', source, reason: doubt },
        );
        if (this.#told.kind === 'found' && isSameList(this.#told.endpoints, endpoints)) return;
        this.#told = { kind: 'found', endpoints };
        this.#onUpdate?.({ kind: 'reset', endpoints });
        return;
      }
      case 'none': {
        const { how, reason } = finding;
        this.#health.tell({ kind: 'empty', source, reason });
        if (this.#told.kind === how || this.#told.kind === 'removed' || this.#told.kind === 'nothing') return;
        const { endpoints } = this.#told;
        this.#told = how === 'gone' ? { kind: 'gone', endpoints } : { kind: 'removed' };
        this.#onUpdate?.({ kind: how === 'gone' ? 'gone' : 'remove', ids: endpoints.map(({ id }) => id), reason });
        return;
      }
      case 'unknown':
        this.#health.tell({ kind: 'failing', source, reason: finding.reason });
        if (finding.isStale === true && this.#told.kind === 'found')
          this.#tellStale(this.#told.endpoints, finding.reason);
        return;
      default:
        finding satisfies never;
    }
  }

  #tellStale(endpoints: readonly Endpoint[], reason: string): void {
    this.#told = { kind: 'gone', endpoints };
    this.#onUpdate?.({ kind: 'gone', ids: endpoints.map(({ id }) => id), reason, isUnasked: true });
  }
}

function isSameList(a: readonly Endpoint[], b: readonly Endpoint[]): boolean {
  return (
    a.length === b.length &&
    a.every((endpoint, index) => {
      const other = b[index];
      return other !== undefined && isSameEndpoint(endpoint, other);
    })
  );
}
