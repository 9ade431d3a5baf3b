import { expect } from 'vitest';
import { Lateness } from '../../lateness.ts';

/** What the README promises. */
const RIGHT_WITHIN_MS = 2_000;

interface Sample {
  readonly what: string;
  readonly tookMs: number;
  /** How late the machine may have made it. */
  readonly lateMs: number;
}

/** Measures how soon changes are seen. Each is waited for however long it takes; judged is what most of them took. */
export class Promptness {
  readonly #samples: Sample[] = [];

  async measure(what: string, seen: () => Promise<void>): Promise<void> {
    const [begunAt, lateness] = [performance.now(), new Lateness()];
    try {
      await seen();
    } finally {
      this.#samples.push({ what, tookMs: performance.now() - begunAt, lateMs: lateness.end() });
    }
  }

  judge(): void {
    const lines = this.#samples.map(({ what, tookMs }) => `${what} ${tookMs.toFixed(0)} ms`);
    process.stderr.write(`seen by avahi-browse: ${lines.join(', ')}\n`);
    const sorted = this.#samples.map(({ tookMs, lateMs }) => tookMs - lateMs).sort((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)], lines.join('\n')).toBeLessThanOrEqual(RIGHT_WITHIN_MS);
  }
}
