import { Recent } from '@mdns-ambassador/relay';
import { type BackoffLimits, doubledMs } from '@mdns-ambassador/relay/backoff';

const LIMITS: BackoffLimits = { firstMs: 60_000, maxMs: 900_000 };
/** A peer that breaks off without a word may have died; doing so twice in a row it refuses us. */
const SUSPICIONS_TO_CONVICT = 2;
/** The oldest is forgotten first: it is dialled again, and convicted again. */
const MAX_PLACES = 1_024;

interface SuspectedPlace {
  readonly convictions: number;
  readonly suspicions: number;
  /** When it was suspected last. */
  readonly suspectedAt: number;
  readonly until: number;
  readonly reason: string;
}

/** A place was put into quarantine. */
export interface Conviction {
  readonly place: string;
  readonly reason: string;
  readonly forMs: number;
  /** It has not been there since it was last in order. */
  readonly isFirst: boolean;
}

/**
 * Places that proved not to be who they should be, and are not dialled for a time that doubles from a minute to a quarter of an
 * hour. Pure: times are milliseconds of one monotonic clock.
 */
export class Quarantine {
  readonly #entries = new Recent<string, SuspectedPlace>(MAX_PLACES);

  get size(): number {
    return this.#entries.size;
  }

  /** Why the place is not to be dialled now; undefined where it may be. */
  explain(place: string, now: number): string | undefined {
    const entry = this.#entries.get(place);
    return entry !== undefined && now < entry.until ? entry.reason : undefined;
  }

  /** It has proved to be somebody else, or has denied us. */
  convict(place: string, reason: string, now: number): Conviction | undefined {
    const known = this.#entries.get(place);
    // Dials that were under way at the same time are one event.
    if (known !== undefined && now < known.until) return undefined;
    const convictions = (known?.convictions ?? 0) + 1;
    const forMs = doubledMs(convictions, LIMITS);
    this.#entries.set(place, { convictions, suspicions: 0, suspectedAt: now, until: now + forMs, reason });
    return { place, reason, forMs, isFirst: convictions === 1 };
  }

  /** It broke off when it had seen who we are, in a dial that began at `dialledAt`. */
  suspect(place: string, reason: string, now: number, dialledAt: number): Conviction | undefined {
    const known = this.#entries.get(place) ?? {
      convictions: 0,
      suspicions: 0,
      suspectedAt: Number.NEGATIVE_INFINITY,
      until: Number.NEGATIVE_INFINITY,
      reason,
    };
    // Whoever dies breaks off every dial that was under way.
    if (dialledAt <= known.suspectedAt) return undefined;
    if (known.suspicions + 1 >= SUSPICIONS_TO_CONVICT) return this.convict(place, reason, now);
    this.#entries.set(place, { ...known, suspicions: known.suspicions + 1, suspectedAt: now });
    return undefined;
  }

  /** It is in order. */
  acquit(place: string): void {
    this.#entries.delete(place);
  }

  /** What was found with other keys counts no more. */
  clear(): void {
    this.#entries.clear();
  }
}
