import { Recent } from '@mdns-ambassador/relay';
import type { Secret } from './secret.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
const MAX_ENTRIES = 1000;

interface RefusedSecret {
  readonly secret: Secret;
  readonly pauseMs: number;
  readonly until: number;
  readonly reason: string;
}

/**
 * Who has refused which secret: it is not told the same again for a while, which grows, so that a wrong password does not
 * become a storm of logins that locks an account.
 */
export class RefusalLedger {
  readonly #entries = new Recent<string, RefusedSecret>(MAX_ENTRIES);

  /** Why this destination refused this very secret, if it is too early to try again. */
  find(destination: string, secret: Secret, now: number): string | undefined {
    const entry = this.#entries.get(destination);
    if (entry === undefined || now >= entry.until || !entry.secret.equals(secret)) return undefined;
    return entry.reason;
  }

  add(destination: string, secret: Secret, reason: string, now: number): void {
    const before = this.#entries.get(destination);
    const isSame = before?.secret.equals(secret) === true;
    const pauseMs = isSame ? Math.min(LONGEST_PAUSE_MS, before.pauseMs * 2) : FIRST_PAUSE_MS;
    this.#entries.set(destination, { secret, pauseMs, until: now + pauseMs, reason });
  }

  remove(destination: string): void {
    this.#entries.delete(destination);
  }
}
