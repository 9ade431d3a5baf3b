import type { LanPoint, LanView, Sentence } from './lan-view.ts';

/** One point of the time line, and how many there are: ten minutes. */
export const BUCKET_MS = 5_000;
export const MAX_POINTS = 120;
export const MAX_SENTENCES = 100;

/** What the last ten minutes brought, while somebody looked. Pure: times are milliseconds since 1970. */
export class LanHistory {
  #points: readonly LanPoint[] = [];
  #story: readonly Sentence[] = [];

  get points(): readonly LanPoint[] {
    return this.#points;
  }

  /** The latest first. */
  get story(): readonly Sentence[] {
    return this.#story;
  }

  /** Takes what is seen now; of the time of one point the latest counts. */
  look({ at, links }: LanView): void {
    const since = Math.floor(at / BUCKET_MS) * BUCKET_MS;
    const sum = (read: (link: LanView['links'][number]) => number): number =>
      Math.round(links.reduce((all, link) => all + read(link), 0) * 10) / 10;
    const point: LanPoint = {
      at: since,
      connectionsPerSecond: sum((link) => link.connectionsPerSecond),
      bytesPerSecond: sum((link) => link.bytesPerSecond),
      active: sum((link) => link.active),
    };
    const oldest = since - BUCKET_MS * (MAX_POINTS - 1);
    this.#points = [...this.#points.filter((one) => one.at !== since && one.at >= oldest), point];
  }

  tell(sentences: readonly Sentence[]): void {
    if (sentences.length === 0) return;
    this.#story = [...sentences.toReversed(), ...this.#story].slice(0, MAX_SENTENCES);
  }
}
