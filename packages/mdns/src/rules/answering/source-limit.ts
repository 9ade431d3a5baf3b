const SECOND_MS = 1_000;

export interface SourceLimitOptions {
  readonly burst: number;
  readonly perSecond: number;
  readonly maxSources: number;
}

interface SourceTokens {
  tokens: number;
  at: number;
}

/**
 * How often something may be sent to one address: `burst` times at once, then `perSecond` times. Remembers `maxSources` addresses; those
 * whose allowance is full again are forgotten first, and while there is no room, new ones are refused.
 */
export class SourceLimit {
  readonly #options: SourceLimitOptions;
  readonly #sources: Map<string, SourceTokens> = new Map();

  constructor(options: SourceLimitOptions) {
    this.#options = options;
  }

  /** Takes one from the allowance of the address; false when there is none left. */
  spend(address: string, now: number): boolean {
    const known = this.#sources.get(address);
    if (known === undefined && !this.#makeRoom(now)) return false;
    const allowance = known ?? { tokens: this.#options.burst, at: now };
    allowance.tokens = this.#tokens(allowance, now);
    allowance.at = now;
    // Moved to the end: the map is in the order of use.
    this.#sources.delete(address);
    this.#sources.set(address, allowance);
    if (allowance.tokens < 1) return false;
    allowance.tokens -= 1;
    return true;
  }

  #makeRoom(now: number): boolean {
    if (this.#sources.size < this.#options.maxSources) return true;
    for (const [address, allowance] of this.#sources) {
      if (this.#tokens(allowance, now) >= this.#options.burst) this.#sources.delete(address);
    }
    return this.#sources.size < this.#options.maxSources;
  }

  #tokens(allowance: SourceTokens, now: number): number {
    const { burst, perSecond } = this.#options;
    return Math.min(burst, allowance.tokens + ((now - allowance.at) * perSecond) / SECOND_MS);
  }
}
