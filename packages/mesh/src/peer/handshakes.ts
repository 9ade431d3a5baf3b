import { originOf } from '../server/origin.ts';

/** Handshakes at once. */
const MAX_HANDSHAKES = 32;

/** Who is at a handshake, a bounded number: where all places are taken, the first of the origin that has most goes for who comes. */
export class Handshakes<Visitor> {
  readonly #visitors = new Map<Visitor, string>();

  get size(): number {
    return this.#visitors.size;
  }

  /** Who has to go for it; undefined where nobody has to. */
  enter(address: string, visitor: Visitor): Visitor | undefined {
    const leaver = this.#visitors.size >= MAX_HANDSHAKES ? this.#findFirstOfMost() : undefined;
    if (leaver !== undefined) this.#visitors.delete(leaver);
    this.#visitors.set(visitor, originOf(address));
    return leaver;
  }

  leave(visitor: Visitor): void {
    this.#visitors.delete(visitor);
  }

  #findFirstOfMost(): Visitor | undefined {
    const counts = new Map<string, number>();
    for (const origin of this.#visitors.values()) counts.set(origin, (counts.get(origin) ?? 0) + 1);
    const most = Math.max(...counts.values());
    for (const [visitor, origin] of this.#visitors) if (counts.get(origin) === most) return visitor;
    return undefined;
  }
}
