/** What can wait in a {@link DeadlineHeap}; both fields belong to the heap. */
export interface Waiting {
  dueAt: number;
  /** Index in the heap, -1 outside. */
  position: number;
}

/** Things that wait for a time, each once: a binary heap that knows where each stands, so that moving one costs O(log n). */
export class DeadlineHeap<T extends Waiting> {
  readonly #items: T[] = [];

  /** When the first is due; Infinity when nothing waits. */
  nextDeadline(): number {
    return this.#items[0]?.dueAt ?? Number.POSITIVE_INFINITY;
  }

  /** The first whose time has come. It stays until it is moved or deleted. */
  due(now: number): T | undefined {
    const first = this.#items[0];
    return first !== undefined && first.dueAt <= now ? first : undefined;
  }

  /** Lets it wait until `dueAt`, whether it waits already or not; Infinity takes it out. */
  set(item: T, dueAt: number): void {
    item.dueAt = dueAt;
    if (dueAt === Number.POSITIVE_INFINITY) {
      this.delete(item);
      return;
    }
    if (item.position === -1) this.#place(item, this.#items.length);
    this.#rise(item);
    this.#sink(item);
  }

  delete(item: T): void {
    const position = item.position;
    if (position === -1) return;
    item.position = -1;
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    this.#place(last, position);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(item: T): void {
    for (;;) {
      const parent = this.#items[(item.position - 1) >> 1];
      if (item.position === 0 || parent === undefined || parent.dueAt <= item.dueAt) return;
      this.#swap(item, parent);
    }
  }

  #sink(item: T): void {
    for (;;) {
      const left = this.#items[2 * item.position + 1];
      const right = this.#items[2 * item.position + 2];
      const child = right !== undefined && left !== undefined && right.dueAt < left.dueAt ? right : left;
      if (child === undefined || child.dueAt >= item.dueAt) return;
      this.#swap(item, child);
    }
  }

  #swap(a: T, b: T): void {
    const position = a.position;
    this.#place(a, b.position);
    this.#place(b, position);
  }

  #place(item: T, position: number): void {
    item.position = position;
    this.#items[position] = item;
  }
}
