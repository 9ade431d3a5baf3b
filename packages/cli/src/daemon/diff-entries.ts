import { isDeepStrictEqual } from 'node:util';

/** One service of a plan. */
export interface PlanEntry {
  readonly service: string;
}

/** What becomes of the entries that are in use when others are asked for. */
export interface EntryDiff<Item extends PlanEntry> {
  readonly kept: readonly Item[];
  readonly changed: readonly { readonly before: Item; readonly after: Item }[];
  readonly removed: readonly Item[];
  readonly added: readonly Item[];
}

/**
 * Equal entries are kept, wherever they stand; of the others, those of one service are paired in order as changed. Each of
 * `before` is in one of `kept`, `changed` and `removed`; each of `after` is equal to one kept, or in `changed` or `added`.
 */
export function diffEntries<Item extends PlanEntry>(before: readonly Item[], after: readonly Item[]): EntryDiff<Item> {
  const kept: Item[] = [];
  const changed: { before: Item; after: Item }[] = [];
  const added: Item[] = [];
  const left = [...before];
  const fresh: Item[] = [];
  for (const item of after) {
    const same = takeFirst(left, (one) => isDeepStrictEqual(one, item));
    if (same === undefined) fresh.push(item);
    else kept.push(same);
  }
  for (const item of fresh) {
    const old = takeFirst(left, ({ service }) => service === item.service);
    if (old === undefined) added.push(item);
    else changed.push({ before: old, after: item });
  }
  return { kept, changed, removed: left, added };
}

function takeFirst<Item>(items: Item[], matches: (item: Item) => boolean): Item | undefined {
  const index = items.findIndex(matches);
  return index < 0 ? undefined : items.splice(index, 1)[0];
}
