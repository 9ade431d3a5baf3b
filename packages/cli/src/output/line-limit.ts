import { Recent } from '@mdns-ambassador/relay';

/** Of one kind in a minute, unless said otherwise; then they are only counted. */
const MAX_LINES = 32;
const WINDOW_MS = 60_000;
/** Kinds remembered; there are far fewer events than this. */
const MAX_KINDS = 64;

export type Telling =
  /** `leftOut`: how many of this kind were not told before it. */
  | { readonly kind: 'tell'; readonly leftOut: number }
  /** The last of this kind for now. */
  | { readonly kind: 'tell-last' }
  | { readonly kind: 'leave-out' };

interface Window {
  endsAt: number;
  told: number;
  leftOut: number;
}

/** Keeps whoever floods the network from flooding the terminal, the log and the disk behind them. Pure: time is an argument. */
export class LineLimit {
  readonly #maxLines: number;
  readonly #windows = new Recent<string, Window>(MAX_KINDS);

  /** `maxLines`: of one kind in a minute. */
  constructor(maxLines: number = MAX_LINES) {
    this.#maxLines = maxLines;
  }

  /** Whether one more line of this kind is to be told. */
  admit(kind: string, now: number): Telling {
    const window = this.#obtain(kind, now);
    if (now >= window.endsAt) {
      const { leftOut } = window;
      Object.assign(window, { endsAt: now + WINDOW_MS, told: 1, leftOut: 0 });
      return { kind: 'tell', leftOut };
    }
    if (window.told >= this.#maxLines) {
      window.leftOut += 1;
      return { kind: 'leave-out' };
    }
    window.told += 1;
    return window.told === this.#maxLines ? { kind: 'tell-last' } : { kind: 'tell', leftOut: 0 };
  }

  /** What was left out of kinds whose minute is over, and was not told yet: it counts as told now. */
  takeLeftOut(now: number): readonly { readonly kind: string; readonly count: number }[] {
    const taken = [...this.#windows].filter(([, { leftOut, endsAt }]) => leftOut > 0 && now >= endsAt);
    return taken.map(([kind, window]) => {
      const count = window.leftOut;
      window.leftOut = 0;
      return { kind, count };
    });
  }

  #obtain(kind: string, now: number): Window {
    const known = this.#windows.get(kind);
    if (known !== undefined) return known;
    const window: Window = { endsAt: now + WINDOW_MS, told: 0, leftOut: 0 };
    this.#windows.set(kind, window);
    return window;
  }
}
