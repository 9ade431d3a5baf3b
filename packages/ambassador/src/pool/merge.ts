import { type Endpoint, isSameEndpoint, placesOf } from './endpoint.ts';
import type { Update } from './update.ts';

/** `union`: every source's endpoints. `fallback`: those of the first source, in the order written, that has any. */
export type MergeMode = 'union' | 'fallback';

/**
 * How an endpoint left the merged set. `removed`: its source says that it is no more. `gone`: its source does not hear of
 * it. `unasked`: its source can't be asked whether it is there. `superseded`: nothing happened to it; another source's endpoint stands in its place.
 */
export interface Departure {
  readonly id: string;
  readonly how: 'removed' | 'gone' | 'unasked' | 'superseded';
  readonly reason: string;
}

export interface MergedChange {
  /** New, or changed (same id); in the order of the merged set. */
  readonly set: readonly Endpoint[];
  readonly departed: readonly Departure[];
}

/** Endpoints kept for one source; who floods it cannot grow us further. */
export const MAX_ENDPOINTS_PER_SOURCE = 256;

/** Joins the updates of several sources into one set, in which each place (address and port) stands once. */
export class Merge {
  readonly #mode: MergeMode;
  readonly #bySource: ReadonlyMap<string, Map<string, Endpoint>>;
  #merged: ReadonlyMap<string, Endpoint> = new Map();

  /** `sources`: their names, in the order written. Updates of other sources are ignored. */
  constructor(mode: MergeMode, sources: readonly string[]) {
    this.#mode = mode;
    this.#bySource = new Map(sources.map((source) => [source, new Map<string, Endpoint>()]));
  }

  /** The merged set, in the order of the sources. */
  get endpoints(): readonly Endpoint[] {
    return [...this.#merged.values()];
  }

  /**
   * What `update` changes in the merged set. `isProven` tells which endpoints have carried a connection: when a source
   * is full, the oldest that has not makes room for a new one, of the announcer who has the most; if all have, or nobody has more
   * than one who is new, the new one is not taken.
   */
  apply(source: string, update: Update, isProven: (id: string) => boolean): MergedChange {
    const own = this.#bySource.get(source);
    if (own === undefined) return { set: [], departed: [] };
    const departures = new Map<string, Departure>();
    const leave = (id: string, how: Departure['how'], reason: string): void => {
      if (own.delete(id)) departures.set(id, { id, how, reason });
    };
    switch (update.kind) {
      case 'reset': {
        const listed = new Set(update.endpoints.map(({ id }) => id));
        for (const id of [...own.keys()]) if (!listed.has(id)) leave(id, 'removed', 'no longer listed');
        // The order of a list is its own: start over.
        own.clear();
        for (const endpoint of update.endpoints.slice(0, MAX_ENDPOINTS_PER_SOURCE)) own.set(endpoint.id, endpoint);
        break;
      }
      case 'add':
        for (const endpoint of update.endpoints) {
          if (!own.has(endpoint.id) && own.size >= MAX_ENDPOINTS_PER_SOURCE) {
            const surplus = findSurplus([...own.values()], endpoint, isProven);
            if (surplus === undefined) continue;
            leave(surplus, 'removed', 'made room for another: too many endpoints');
          }
          own.set(endpoint.id, endpoint);
        }
        break;
      case 'remove':
        for (const id of update.ids) leave(id, 'removed', update.reason ?? 'left');
        break;
      case 'gone':
        for (const id of update.ids) {
          leave(id, update.isUnasked === true ? 'unasked' : 'gone', update.reason ?? 'not heard of again');
        }
        break;
      default:
        update satisfies never;
    }
    return this.#replaceMerged(this.#join(), departures);
  }

  #replaceMerged(after: ReadonlyMap<string, Endpoint>, departures: ReadonlyMap<string, Departure>): MergedChange {
    const before = this.#merged;
    this.#merged = after;
    const set = [...after.values()].filter((endpoint) => {
      const known = before.get(endpoint.id);
      return known === undefined || !isSameEndpoint(known, endpoint);
    });
    const places = new Set([...after.values()].flatMap(placesOf));
    const departed: Departure[] = [];
    for (const endpoint of before.values()) {
      if (after.has(endpoint.id)) continue;
      const isCovered = placesOf(endpoint).some((place) => places.has(place));
      const departure = isCovered ? undefined : departures.get(endpoint.id);
      departed.push(
        departure ?? { id: endpoint.id, how: 'superseded', reason: 'another of the same address takes its place' },
      );
    }
    return { set, departed };
  }

  #join(): ReadonlyMap<string, Endpoint> {
    const joined = new Map<string, Endpoint>();
    const taken = new Set<string>();
    for (const own of this.#bySource.values()) {
      if (this.#mode === 'fallback' && joined.size > 0) break;
      const fresh = [...own.values()].filter(
        (endpoint) => !joined.has(endpoint.id) && !placesOf(endpoint).some((place) => taken.has(place)),
      );
      for (const endpoint of fresh) joined.set(endpoint.id, endpoint);
      for (const place of fresh.flatMap(placesOf)) taken.add(place);
    }
    return joined;
  }
}

/**
 * Whose endpoint makes room for `fresh`: the announcer's who has the most of those that carried nothing, unless he has no more than the one
 * who announced it; then his own. What nobody announced counts by its address, and where none has more the oldest goes.
 */
function findSurplus(own: readonly Endpoint[], fresh: Endpoint, isProven: (id: string) => boolean): string | undefined {
  const unproven = new Map<string, string[]>();
  for (const endpoint of own) {
    if (isProven(endpoint.id)) continue;
    const share = shareOf(endpoint);
    const ids = unproven.get(share);
    if (ids === undefined) unproven.set(share, [endpoint.id]);
    else ids.push(endpoint.id);
  }
  const [oldest = []] = unproven.values();
  let most = oldest;
  for (const ids of unproven.values()) if (ids.length > most.length) most = ids;
  const mine = unproven.get(shareOf(fresh)) ?? [];
  const [surplus] = most.length > mine.length + 1 ? most : mine;
  return surplus ?? (fresh.announcer === undefined ? oldest[0] : undefined);
}

function shareOf({ announcer, addresses: [address = ''] }: Endpoint): string {
  return announcer ?? address;
}
