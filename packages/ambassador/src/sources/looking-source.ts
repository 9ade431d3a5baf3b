import { setMaxListeners } from 'node:events';
import { errorMessage } from '@mdns-ambassador/relay';
import { backoffMs } from '@mdns-ambassador/relay/backoff';
import { type Endpoint, isSameEndpoint } from '../pool/endpoint.ts';
import type { Update } from '../pool/update.ts';
import { AnswerHistory } from './answer-history.ts';
import type { Source, SourceTools } from './source.ts';
import { HealthReport, type SourceHealth } from './source-health.ts';
import { VerifyLimit } from './verify-limit.ts';

/** What one look brought. */
export type SourceFinding =
  /** The whole set, at least one, which holds for `holdsMs`. `doubt`: why a part of it is only what was known before. */
  | {
      readonly kind: 'found';
      readonly endpoints: readonly Endpoint[];
      readonly holdsMs: number;
      readonly doubt?: string | undefined;
      /** Endpoints that there are, too, and that are not used. */
      readonly leftOut?: number | undefined;
    }
  /** There is nobody. `removed`: and that is the owner's own word; `gone`: who is still there may still answer. */
  | { readonly kind: 'none'; readonly how: 'gone' | 'removed'; readonly reason: string; readonly holdsMs: number }
  /** Nothing was learnt. `isStale`: what was found may have changed since, and nobody would tell. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly isStale?: boolean };

export interface SourceLook {
  /** What was found last; empty at first. */
  readonly previous: readonly Endpoint[];
  /** A dial failed: what was remembered is not good enough. */
  readonly isVerification: boolean;
  readonly signal: AbortSignal;
}

export interface LookingSourceOptions extends SourceTools {
  readonly name: string;
  /** One at a time. A rejection counts as `unknown`. */
  readonly look: (look: SourceLook) => Promise<SourceFinding>;
  /** Calls `wake` when it is worth looking before the last finding has ceased to hold; the returned function ends that. */
  readonly watch?: (wake: () => void) => () => void;
  /** What is found may be a part of what there is: an endpoint that one look leaves out is not gone yet ({@link AnswerHistory}). */
  readonly isPartial?: boolean;
}

/** After a look that failed. */
const RETRY = { firstMs: 1_000, maxMs: 30_000 };
/** While one was left out, and while answers are parts of a set. */
const LEFT_OUT_MS = 2_000;
const ROTATING_MS = 5_000;
/** Those who began together do not ask together: each wait is longer or shorter by half of this share at most. */
const JITTER = 0.1;

interface ToldFinding {
  readonly kind: 'nothing' | 'found' | 'gone' | 'removed';
  /** Of `found` and `gone` alone. */
  readonly endpoints: readonly Endpoint[];
  /** Known, and told to be lost sight of. */
  readonly leftOut: readonly Endpoint[];
}

const NOBODY = { endpoints: [], leftOut: [] };

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
  #told: ToldFinding = { kind: 'nothing', ...NOBODY };
  readonly #history: AnswerHistory | undefined;
  #failures = 0;
  #isLooking = false;
  #isWoken = false;
  #isRotating = false;
  #cancelNext = (): void => undefined;
  #endWatch = (): void => undefined;

  constructor(options: LookingSourceOptions) {
    this.name = options.name;
    this.#options = options;
    // Each question, and each of its servers, listens to it.
    setMaxListeners(0, this.#stop.signal);
    this.#history = options.isPartial === true ? new AnswerHistory() : undefined;
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
    if (![...this.#told.endpoints, ...this.#told.leftOut].some((endpoint) => endpoint.id === id)) return;
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
    const finding = await this.#find({ previous: this.#told.endpoints, isVerification, signal });
    this.#isLooking = false;
    if (signal.aborted) return;
    const isFailure = finding.kind === 'unknown' || (finding.kind === 'found' && finding.doubt !== undefined);
    this.#failures = isFailure ? this.#failures + 1 : 0;
    this.#tell(finding);
    const waitMs = isFailure ? backoffMs(this.#failures, RETRY, this.#options.random) : this.#computeWaitMs(finding);
    if (this.#isWoken || Number.isFinite(waitMs)) {
      this.#cancelNext = this.#options.clock.after(this.#isWoken ? 0 : waitMs, () => void this.#look(false));
    }
    this.#isWoken = false;
  }

  #computeWaitMs({ holdsMs }: Exclude<SourceFinding, { readonly kind: 'unknown' }>): number {
    const isLeftOut = this.#told.kind === 'found' && this.#told.leftOut.length > 0;
    const longestMs = isLeftOut ? LEFT_OUT_MS : this.#isRotating ? ROTATING_MS : Number.POSITIVE_INFINITY;
    return Math.min(holdsMs, longestMs) * (1 + JITTER * (this.#options.random() - 0.5));
  }

  async #find(look: SourceLook): Promise<SourceFinding> {
    try {
      return await this.#options.look(look);
    } catch (error) {
      return { kind: 'unknown', reason: errorMessage(error) };
    }
  }

  #tell(finding: SourceFinding): void {
    const source = this.name;
    switch (finding.kind) {
      case 'found': {
        this.#health.tell(judgeHealth(source, finding));
        if (this.#history === undefined) this.#tellAll(finding.endpoints);
        else this.#tellPart(finding.endpoints, this.#history);
        return;
      }
      case 'none': {
        const { how, reason } = finding;
        this.#health.tell({ kind: 'empty', source, reason });
        if (this.#told.kind === how || this.#told.kind === 'removed' || this.#told.kind === 'nothing') return;
        const { endpoints, leftOut } = this.#told;
        this.#told = how === 'gone' ? { kind: 'gone', endpoints, leftOut } : { kind: 'removed', ...NOBODY };
        const lost = how === 'gone' ? endpoints : [...endpoints, ...leftOut];
        this.#onUpdate?.({ kind: how === 'gone' ? 'gone' : 'remove', ids: lost.map(({ id }) => id), reason });
        return;
      }
      case 'unknown':
        this.#health.tell({ kind: 'failing', source, reason: finding.reason });
        if (finding.isStale === true && this.#told.kind === 'found') this.#tellStale(finding.reason);
        return;
      default:
        finding satisfies never;
    }
  }

  #tellAll(endpoints: readonly Endpoint[]): void {
    if (this.#told.kind === 'found' && isSameList(this.#told.endpoints, endpoints)) return;
    this.#told = { kind: 'found', endpoints, leftOut: [] };
    this.#onUpdate?.({ kind: 'reset', endpoints });
  }

  /** Each change by itself, what is new first: a reset would remove whom the answer left out. */
  #tellPart(found: readonly Endpoint[], history: AnswerHistory): void {
    const before = this.#told;
    const known = new Map([...before.endpoints, ...before.leftOut, ...found].map((one) => [one.id, one]));
    const pick = (ids: readonly string[]): readonly Endpoint[] => ids.flatMap((id) => known.get(id) ?? []).sort(byId);
    const ids = found.map(({ id }) => id);
    const { present, leftOut, gone, isRotating } = history.take(ids, this.#options.clock.now());
    this.#isRotating = isRotating;
    this.#told = { kind: 'found', endpoints: pick(present), leftOut: pick(leftOut) };
    if (before.kind === 'nothing' || before.kind === 'removed') {
      this.#onUpdate?.({ kind: 'reset', endpoints: this.#told.endpoints });
      return;
    }
    const presentBefore = before.kind === 'found' ? before.endpoints : [];
    const isTold = (one: Endpoint): boolean => presentBefore.some((other) => isSameEndpoint(one, other));
    const added = this.#told.endpoints.filter((one) => !isTold(one));
    const lost = this.#told.leftOut.filter(({ id }) => presentBefore.some((other) => other.id === id));
    if (added.length > 0) this.#onUpdate?.({ kind: 'add', endpoints: added });
    if (lost.length > 0) {
      this.#onUpdate?.({ kind: 'gone', ids: lost.map(({ id }) => id), reason: 'left out of the last answer' });
    }
    if (gone.length > 0) this.#onUpdate?.({ kind: 'remove', ids: gone, reason: 'no longer listed' });
  }

  #tellStale(reason: string): void {
    this.#told = { ...this.#told, kind: 'gone' };
    this.#onUpdate?.({ kind: 'gone', ids: this.#told.endpoints.map(({ id }) => id), reason, isUnasked: true });
  }
}

function judgeHealth(
  source: string,
  { doubt, leftOut = 0 }: Extract<SourceFinding, { readonly kind: 'found' }>,
): SourceHealth {
  if (doubt !== undefined) return { kind: 'failing', source, reason: doubt };
  if (leftOut === 0) return { kind: 'working', source };
  return { kind: 'partial', source, reason: `it has more endpoints than can be used: ${leftOut} are left out` };
}

/** Servers rotate their answers; the same records in another order are no change. */
export function byId(a: Endpoint, b: Endpoint): number {
  return a.id < b.id ? -1 : 1;
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
