import type { Random } from '../machine.ts';

/**
 * The random part of the time of refreshing: one for all that was heard at one moment. So what came in one packet is asked for in one,
 * and answered in one (RFC 6762 5.3): a host with three services costs the link one question and one answer in its TTL, not four.
 */
export class RefreshJitter {
  readonly #random: Random;
  #drawn = { receivedAt: Number.NEGATIVE_INFINITY, asked: 0, part: 0 };

  constructor(random: Random) {
    this.#random = random;
  }

  /** In [0, 1), for a record that was heard then and has been asked for so often since. */
  draw(receivedAt: number, asked: number): number {
    if (this.#drawn.receivedAt !== receivedAt || this.#drawn.asked !== asked) {
      this.#drawn = { receivedAt, asked, part: this.#random() };
    }
    return this.#drawn.part;
  }
}
