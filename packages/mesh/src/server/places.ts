export interface VisitorPlace {
  /** What shares one allowance: an address that had a member, or an origin. */
  readonly key: string;
  readonly isMember: boolean;
  /** When its visitor came here. */
  readonly since: number;
}

interface VisitorCount {
  readonly isMember: boolean;
  count: number;
}

/** Visitors and their places, in the order in which they came. */
export class Places<Visitor> {
  readonly #places = new Map<Visitor, VisitorPlace>();
  readonly #kinds = new Map<string, VisitorCount>();
  #strangers = 0;

  get size(): number {
    return this.#places.size;
  }

  /** Visitors from where no member is known. */
  get strangers(): number {
    return this.#strangers;
  }

  [Symbol.iterator](): IterableIterator<[Visitor, VisitorPlace]> {
    return this.#places.entries();
  }

  add(visitor: Visitor, place: VisitorPlace): void {
    this.#places.set(visitor, place);
    const kind = this.#kinds.get(place.key);
    if (kind === undefined) this.#kinds.set(place.key, { isMember: place.isMember, count: 1 });
    else kind.count += 1;
    if (!place.isMember) this.#strangers += 1;
  }

  /** Whether it was here. */
  remove(visitor: Visitor): boolean {
    const place = this.#places.get(visitor);
    if (place === undefined) return false;
    this.#places.delete(visitor);
    if (!place.isMember) this.#strangers -= 1;
    const kind = this.#kinds.get(place.key);
    if (kind !== undefined && kind.count > 1) kind.count -= 1;
    else this.#kinds.delete(place.key);
    return true;
  }

  count(key: string): number {
    return this.#kinds.get(key)?.count ?? 0;
  }

  /** The key that has most; without `ofMembers` those of strangers alone. */
  findBusiest(
    ofMembers: boolean,
  ): { readonly key: string; readonly isMember: boolean; readonly count: number } | undefined {
    let busiest: { readonly key: string; readonly isMember: boolean; readonly count: number } | undefined;
    for (const [key, { isMember, count }] of this.#kinds) {
      if ((ofMembers || !isMember) && count > (busiest?.count ?? 0)) busiest = { key, isMember, count };
    }
    return busiest;
  }

  /** Who came first of a key. */
  findFirst(key: string): { readonly visitor: Visitor; readonly since: number } | undefined {
    for (const [visitor, place] of this.#places) if (place.key === key) return { visitor, since: place.since };
    return undefined;
  }

  findFirstStranger(): { readonly visitor: Visitor; readonly since: number } | undefined {
    for (const [visitor, { isMember, since }] of this.#places) if (!isMember) return { visitor, since };
    return undefined;
  }
}
