import { expect } from 'vitest';

/** Issue and README promise this. */
const RIGHT_WITHIN_MS = 2_000;
const TICK_MS = 20;
/** A timer that is this late shows a machine that is busy with other things: what it measured then says nothing. */
const BUSY_MS = 100;

interface Sample {
  readonly what: string;
  readonly tookMs: number;
  /** By how much a timer of this process was late meanwhile. */
  readonly lateMs: number;
}

/** Measures how soon things are seen. They are waited for however long it takes; only what a quiet machine did is judged. */
export class Promptness {
  readonly #samples: Sample[] = [];
  readonly #timer: NodeJS.Timeout;
  #tickedAt = performance.now();
  #lateMs = 0;

  constructor() {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  async measure(what: string, seen: () => Promise<void>): Promise<void> {
    this.#tick();
    this.#lateMs = 0;
    const begunAt = performance.now();
    await seen();
    const tookMs = performance.now() - begunAt;
    this.#tick();
    this.#samples.push({ what, tookMs, lateMs: this.#lateMs });
  }

  /** Fails when something was seen too late on a machine that had nothing else to do. */
  judge(): void {
    const lines = this.#samples.map(
      ({ what, tookMs, lateMs }) => `${what} ${tookMs.toFixed(0)} ms${lateMs >= BUSY_MS ? ' (busy machine)' : ''}`,
    );
    process.stderr.write(`seen by avahi-browse: ${lines.join(', ')}\n`);
    const late = this.#samples.filter(({ tookMs, lateMs }) => lateMs < BUSY_MS && tookMs > RIGHT_WITHIN_MS);
    expect(late).toEqual([]);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    this.#lateMs = Math.max(this.#lateMs, now - this.#tickedAt - TICK_MS);
    this.#tickedAt = now;
  }
}
