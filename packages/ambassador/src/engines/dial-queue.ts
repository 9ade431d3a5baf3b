import type { Clock } from '@mdns-ambassador/relay';
import { DialLimit } from './dial-limit.ts';
import { DialProgress } from './dial-progress.ts';

/** Who is silent for so long uses no processor, and keeps nobody from dialling. */
const HOLD_MS = 1_000;
/** A process that is busy for a greater part of the time has no time left. */
const BUSY_SHARE = 0.8;

/** One who wants to dial, from when it asked until it is done. */
export interface DialTurn {
  /** It dials no more; `isReached`: an endpoint has answered. Idempotent. */
  done(isReached: boolean): void;
}

export interface DialQueueOptions {
  readonly clock: Clock;
  /** The part of the time of late that the process has been busy, from 0 to 1. */
  readonly busyShare: () => number;
}

interface WaitingDial {
  /** In the queue's own time. */
  readonly since: number;
  readonly enter: () => void;
}

/** Clients whose dials take a handshake have turns: first come, first served, and no more at once than are soon done. */
export class DialQueue {
  readonly #options: DialQueueOptions;
  readonly #limit = new DialLimit();
  readonly #progress = new DialProgress();
  readonly #waiting = new Set<WaitingDial>();
  #inside = 0;
  #isAdmitting = false;

  constructor(options: DialQueueOptions) {
    this.#options = options;
  }

  /**
   * How long one who comes now will wait for those before it, as far as is known: as long as the first of them has, at least. 0 where nobody
   * does. Of time in which nobody is reached a second counts, and no more: then it is no crowd that one waits for.
   */
  get waitMs(): number {
    const now = this.#options.clock.now();
    const waitedUntil = this.#progress.movedMs(now);
    for (const { since } of this.#waiting) {
      return Math.max(waitedUntil - since, this.#progress.expectedMs(this.#waiting.size, now));
    }
    return 0;
  }

  /** Somebody waits. */
  get isCrowded(): boolean {
    return this.#waiting.size > 0;
  }

  /** `begin` is called when it is this one's turn, which may be now; not at all if it is done before. It never throws. */
  ask(begin: (turn: DialTurn) => void): DialTurn {
    let leave: ((isReached: boolean) => void) | undefined;
    const turn: DialTurn = {
      done: (isReached) => {
        this.#waiting.delete(waiting);
        leave?.(isReached);
        leave = undefined;
      },
    };
    const now = this.#options.clock.now();
    if (this.#waiting.size === 0 && this.#inside === 0) this.#progress.rested(now);
    const number = this.#progress.asked();
    const waiting: WaitingDial = {
      since: this.#progress.movedMs(now),
      enter: () => {
        leave = this.#enter(number);
        begin(turn);
      },
    };
    if (this.#waiting.size === 0) this.#progress.forget(now);
    this.#waiting.add(waiting);
    this.#admit();
    return turn;
  }

  #enter(number: number): (isReached: boolean) => void {
    const { clock, busyShare } = this.#options;
    const enteredAt = clock.now();
    let isInside = true;
    const leave = (): void => {
      if (!isInside) return;
      isInside = false;
      cancel();
      this.#inside -= 1;
      this.#admit();
    };
    const cancel = clock.after(HOLD_MS, leave);
    this.#inside += 1;
    return (isReached) => {
      const now = clock.now();
      if (isReached) this.#progress.reached(number, now);
      if (isReached && this.#waiting.size > 0) this.#limit.connected(now - enteredAt, busyShare() >= BUSY_SHARE, now);
      leave();
    };
  }

  /** Who begins may be done at once, for thousands of them in a row: no call within another. */
  #admit(): void {
    if (this.#isAdmitting) return;
    this.#isAdmitting = true;
    try {
      for (const waiting of this.#waiting) {
        if (this.#inside >= this.#limit.limit) break;
        this.#waiting.delete(waiting);
        waiting.enter();
      }
    } finally {
      this.#isAdmitting = false;
    }
  }
}
