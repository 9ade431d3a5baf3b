import type { NeighbourEntry } from './neighbours.ts';
import { readPlace } from './places.ts';

/** As long as keep-alive of engine node waits before it asks. */
const QUIET_MS = 15_000;
/** With the 3 s in which the kernel asks three times: as long as keep-alive asks. Meanwhile it asks again and again. */
const LOST_MS = 6_000;

interface WatchedPlace {
  /** When a packet came from there last; Infinity: what it carried was reset. */
  readonly quietSince: number;
  readonly askedAt: number;
  /** Since when its host does not answer. */
  readonly lostSince: number | undefined;
}

/**
 * Whether the hosts are there to which clients are connected that say nothing: of a connection that the kernel carries, no socket of ours
 * asks. A host that does not answer as a neighbour can be sent nothing. Times are milliseconds of one monotonic clock.
 */
export class NeighbourWatch {
  readonly #places = new Map<string, WatchedPlace>();

  /** `carrying`: the places that carry connections now; `heard`: those from which a packet has come. */
  hear(carrying: ReadonlySet<string>, heard: ReadonlySet<string>, now: number): void {
    for (const name of this.#places.keys()) if (!carrying.has(name)) this.#places.delete(name);
    for (const name of carrying) if (heard.has(name) || !this.#places.has(name)) this.#hearFrom(name, now);
  }

  /** Whether the table of neighbours is to be looked at. */
  isAnyQuiet(now: number): boolean {
    return [...this.#places.values()].some(({ quietSince }) => now - quietSince >= QUIET_MS);
  }

  /** Takes in the table of neighbours; returns the addresses for which the kernel is to ask, with what the table has of each. */
  look(neighbours: readonly NeighbourEntry[], now: number): ReadonlyMap<string, readonly NeighbourEntry[]> {
    const asked = new Map<string, readonly NeighbourEntry[]>();
    for (const [name, place] of this.#places) {
      if (now - place.quietSince < QUIET_MS) continue;
      const { address } = readPlace(name);
      const known = neighbours.filter((neighbour) => neighbour.address === address);
      // The table forgets whom nobody asks for, and everybody with the link.
      const lostSince = known.some(({ isAnswering }) => isAnswering)
        ? undefined
        : (place.lostSince ?? (known.length === 0 ? undefined : now));
      const isDue = lostSince !== undefined || now - place.askedAt >= QUIET_MS;
      if (isDue) asked.set(address, known);
      this.#places.set(name, { ...place, askedAt: isDue ? now : place.askedAt, lostSince });
    }
    return asked;
  }

  /** The places whose hosts do not answer. */
  listSilent(): readonly string[] {
    return this.#list(({ lostSince }) => lostSince !== undefined);
  }

  /** Those whose hosts have not answered for so long that they are gone. */
  listLost(now: number): readonly string[] {
    return this.#list(({ lostSince = now }) => now - lostSince >= LOST_MS);
  }

  /** What the place carried was reset: nothing is said of it until it is heard again. */
  forget(name: string): void {
    this.#hearFrom(name, Number.POSITIVE_INFINITY);
  }

  #hearFrom(name: string, now: number): void {
    this.#places.set(name, { quietSince: now, askedAt: Number.NEGATIVE_INFINITY, lostSince: undefined });
  }

  #list(isListed: (place: WatchedPlace) => boolean): readonly string[] {
    return [...this.#places].flatMap(([name, place]) => (isListed(place) ? [name] : []));
  }
}
