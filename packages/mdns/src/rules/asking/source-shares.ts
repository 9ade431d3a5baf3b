/**
 * Who sent what is kept, so that what has to go goes at the cost of whoever sent the most. Everything is O(1): sources stand in
 * buckets by the number of their items.
 */
export class SourceShares<T extends { readonly source: string }> {
  /** Least recently heard first. */
  readonly #items: Map<string, Set<T>> = new Map();
  /** Sources by how many items they have. */
  readonly #sourcesByCount: Map<number, Set<string>> = new Map();
  #highest = 0;

  count(source: string): number {
    return this.#items.get(source)?.size ?? 0;
  }

  add(item: T): void {
    const items = this.#items.get(item.source) ?? new Set();
    this.#items.set(item.source, items);
    const before = items.size;
    items.add(item);
    this.#moveSource(item.source, before, items.size);
  }

  /** Heard again: the last of its source to go. */
  renew(item: T): void {
    const items = this.#items.get(item.source);
    if (items?.delete(item) === true) items.add(item);
  }

  delete(item: T): void {
    const items = this.#items.get(item.source);
    if (items === undefined || !items.delete(item)) return;
    this.#moveSource(item.source, items.size + 1, items.size);
    if (items.size === 0) this.#items.delete(item.source);
  }

  /** The item of this source that was not heard for the longest time. */
  oldest(source: string): T | undefined {
    return this.#items.get(source)?.values().next().value;
  }

  /** The source with the most items. */
  noisiest(): string | undefined {
    return this.#sourcesByCount.get(this.#highest)?.values().next().value;
  }

  #moveSource(source: string, before: number, after: number): void {
    const left = this.#sourcesByCount.get(before);
    left?.delete(source);
    if (left?.size === 0) this.#sourcesByCount.delete(before);
    if (after > 0) {
      const joined = this.#sourcesByCount.get(after) ?? new Set();
      joined.add(source);
      this.#sourcesByCount.set(after, joined);
    }
    // Counts move by one, so an emptied top bucket lies right above the next one.
    if (after > this.#highest || (before === this.#highest && !this.#sourcesByCount.has(before))) this.#highest = after;
  }
}
