type OnChange = (path: string) => void;

/** Watches of one connection, each of which counts once: of values by path, and of children. */
export class Watches {
  readonly #values = new Map<string, Set<OnChange>>();
  readonly #children = new Map<string, Set<OnChange>>();

  /** Paths whose value is watched. */
  get size(): number {
    return this.#values.size;
  }

  addValue(path: string, onChange: OnChange): void {
    add(this.#values, path, onChange);
  }

  addChildren(path: string, onChange: OnChange): void {
    add(this.#children, path, onChange);
  }

  /** Those whom a change concerns, each once; they are forgotten. */
  take(path: string, change: { readonly isOfValue: boolean; readonly isOfChildren: boolean }): ReadonlySet<OnChange> {
    const concerned = new Set<OnChange>();
    for (const [isConcerned, watches] of [
      [change.isOfValue, this.#values],
      [change.isOfChildren, this.#children],
    ] as const) {
      if (!isConcerned) continue;
      for (const onChange of watches.get(path) ?? []) concerned.add(onChange);
      watches.delete(path);
    }
    return concerned;
  }

  clear(): void {
    this.#values.clear();
    this.#children.clear();
  }
}

function add(watches: Map<string, Set<OnChange>>, path: string, onChange: OnChange): void {
  const known = watches.get(path);
  if (known === undefined) watches.set(path, new Set([onChange]));
  else known.add(onChange);
}
