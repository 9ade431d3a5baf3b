import type { PeerLink } from './link/peer-link.ts';
import { MAX_VIEW_LENGTH } from './rules/line.ts';
import { Rate } from './rules/rate.ts';

/** Questions for what this process shows that are answered. */
const LOOKS = { burst: 4, perSecond: 2 };
/** Changes that are told unasked: with the answers less than who shows itself alone may say (`views`). */
const CHANGES = { burst: 2, perSecond: 1 };

/** Tells one link what this process shows. */
export class ViewTeller {
  readonly #link: PeerLink;
  readonly #looks = new Rate(LOOKS.perSecond, LOOKS.burst);
  readonly #changes = new Rate(CHANGES.perSecond, CHANGES.burst);
  #told: string | undefined;

  constructor(link: PeerLink) {
    this.#link = link;
  }

  /** Whether it is answered if it looks; it counts. */
  mayLook(now: number): boolean {
    return this.#looks.take(1, now);
  }

  /** Whether it may be told of a change now; it counts. */
  mayInterrupt(now: number): boolean {
    return this.#changes.take(1, now);
  }

  /** Tells what this process shows, when that is known; nothing where it can't be said. */
  answer(describe: () => Promise<object>): void {
    describe().then(
      (shows) => this.tell(shows),
      () => undefined,
    );
  }

  /** What this process shows, where that is another than what it was told. */
  tell(shows: object): void {
    const text = JSON.stringify(shows);
    if (text.length > MAX_VIEW_LENGTH) return;
    this.#link.tell(text === this.#told ? { kind: 'view' } : { kind: 'view', shows: { ...shows } });
    this.#told = text;
  }
}
