/** Leaves the `most` entries that were set last. */
export function forgetOldest<Key>(entries: Map<Key, unknown>, most: number): void {
  for (const oldest of entries.keys()) {
    if (entries.size <= most) return;
    entries.delete(oldest);
  }
}
