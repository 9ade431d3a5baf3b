import { surface } from '@mdns-ambassador/relay';
import type { FrameLink } from './frame-link.ts';

const MAX_OF_ONE = 2;

/** Those who are talked with now, `most` at once and two of one address. */
export class Conversations {
  readonly #most: number;
  /** And the address of who is at the other end. */
  readonly #links = new Map<FrameLink, string>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether one more from this address is too many. */
  isFull(from: string): boolean {
    const others = [...this.#links.values()];
    return others.length >= this.#most || others.filter((other) => other === from).length >= MAX_OF_ONE;
  }

  /** The link is closed when it is over. */
  begin(link: FrameLink, from: string, converse: () => Promise<void>): void {
    this.#links.set(link, from);
    void converse()
      .catch(surface)
      .finally(() => {
        this.#links.delete(link);
        link.close();
      });
  }

  [Symbol.iterator](): IterableIterator<FrameLink> {
    return this.#links.keys();
  }
}
