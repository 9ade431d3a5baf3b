import { Recent } from '@mdns-ambassador/relay/recent';
import { keyOf } from './directory.ts';
import type { PeerPlace } from './line.ts';

const MAX_REMEMBERED = 64;

/** Where a peer was. */
export interface RememberedPlace extends PeerPlace {
  /** A link was there while we listened, so that we are to listen again; else it is worth a dial alone. */
  readonly hasLinked: boolean;
}

/** The places worth a dial in a later run; the one that was there longest ago is forgotten first. */
export class Memory {
  readonly #places = new Recent<string, RememberedPlace>(MAX_REMEMBERED);

  constructor(places: readonly RememberedPlace[]) {
    for (const place of places.toReversed()) this.#places.set(keyOf(place), place);
  }

  /** The one that was there last, first. */
  list(): readonly RememberedPlace[] {
    return [...this.#places.values()].toReversed();
  }

  /** Whether that is news. */
  keep({ host, port }: PeerPlace, isLinked: boolean): boolean {
    const key = keyOf({ host, port });
    const known = this.#places.get(key);
    const hasLinked = isLinked || known?.hasLinked === true;
    this.#places.set(key, { host, port, hasLinked });
    return known?.hasLinked !== hasLinked;
  }
}
