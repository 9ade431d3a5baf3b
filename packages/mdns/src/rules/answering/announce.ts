/** RFC 6762 8.3: two announcements at least, a second apart; the gaps of further ones double. */
const ANNOUNCEMENT_GAPS_MS: readonly number[] = [1_000, 2_000];

type AnnouncingState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'announcing'; readonly keys: ReadonlySet<string>; readonly sent: number; readonly nextAt: number }
  | { readonly kind: 'announced' };

/** The announcements of one service or host: at once, after one second, after two more (RFC 6762 8.3). */
export class Announcing {
  #state: AnnouncingState = { kind: 'idle' };

  get kind(): AnnouncingState['kind'] {
    return this.#state.kind;
  }

  /** Announces these sets from `now` on, together with those that are being announced (RFC 6762 8.3, 8.4). */
  start(keys: Iterable<string>, now: number): void {
    const running = this.#state.kind === 'announcing' ? this.#state.keys : [];
    this.#state = { kind: 'announcing', keys: new Set([...running, ...keys]), sent: 0, nextAt: now };
  }

  stop(): void {
    this.#state = { kind: 'idle' };
  }

  /** The sets to multicast now, if any. */
  advance(now: number): ReadonlySet<string> | undefined {
    if (this.#state.kind !== 'announcing' || this.#state.nextAt > now) return undefined;
    const { keys, sent } = this.#state;
    const gap = ANNOUNCEMENT_GAPS_MS[sent];
    this.#state =
      gap === undefined ? { kind: 'announced' } : { kind: 'announcing', keys, sent: sent + 1, nextAt: now + gap };
    return keys;
  }

  deadline(): number {
    return this.#state.kind === 'announcing' ? this.#state.nextAt : Number.POSITIVE_INFINITY;
  }
}
