import { type Clock, systemClock } from '@mdns-ambassador/mdns';

/** The machine's clock, whose time of day can be set ahead: what a machine sees that has slept. */
export class JumpingClock implements Clock {
  #aheadMs = 0;

  now(): number {
    return systemClock.now();
  }

  wallClock(): number {
    return systemClock.wallClock() + this.#aheadMs;
  }

  after(delayMs: number, run: () => void): () => void {
    return systemClock.after(delayMs, run);
  }

  jump(byMs: number): void {
    this.#aheadMs += byMs;
  }
}
