import type { MachineIdentity } from './machine-identity.ts';
import type { May } from './may.ts';

/** Machines that are known at once; the one that was seen longest ago is forgotten first. */
export const MAX_SEEN = 512;

/** A machine has both addresses when it was met by one, and so soon after by the other. */
const SAME_VISIT_MS = 600_000;

/** A machine of the mesh, as it was seen last. */
export interface Seen {
  /** 40 hexadecimal digits; empty for who shows no machine, and is known by its place alone. */
  readonly keyId: string;
  readonly kind: MachineIdentity['kind'];
  /** As its certificate says; undefined for who shows no machine. */
  readonly machine: string | undefined;
  readonly may: May;
  /** The address that it had, without a port. */
  readonly place: string;
  /** Milliseconds since 1970. */
  readonly seenAt: number;
  /** When what it showed ends. */
  readonly expiresAt: number;
}

/** Who of a mesh was seen, and when last. Pure. */
export class Roster {
  readonly #seen = new Map<string, Seen>();

  get size(): number {
    return this.#seen.size;
  }

  /** Whether it was not known before, or showed something else. */
  note(seen: Seen): boolean {
    const key = keyOf(seen);
    const known = this.#seen.get(key);
    if (known !== undefined && known.seenAt >= seen.seenAt) return false;
    const place = known === undefined ? seen.place : choosePlace(known, seen);
    this.#seen.set(key, { ...seen, place });
    if (this.#seen.size > MAX_SEEN) this.#forgetOldest();
    return known === undefined || known.place !== place || known.machine !== seen.machine;
  }

  merge(others: readonly Seen[]): void {
    for (const seen of others) this.note(seen);
  }

  /** By name; who shows none is last. */
  list(): readonly Seen[] {
    return [...this.#seen.values()].toSorted(
      (a, b) => compare(a.machine ?? '~', b.machine ?? '~') || compare(a.place, b.place),
    );
  }

  #forgetOldest(): void {
    let oldest: [string, number] | undefined;
    for (const [key, { seenAt }] of this.#seen) if (oldest === undefined || seenAt < oldest[1]) oldest = [key, seenAt];
    if (oldest !== undefined) this.#seen.delete(oldest[0]);
  }
}

/** Where it is: by IPv4, which people can tell from another and type, where it was met so lately. `known` is the earlier one. */
export function choosePlace(known: Pick<Seen, 'place' | 'seenAt'>, fresh: Pick<Seen, 'place' | 'seenAt'>): string {
  const isKept =
    known.place !== '' &&
    !known.place.includes(':') &&
    fresh.place.includes(':') &&
    fresh.seenAt - known.seenAt < SAME_VISIT_MS;
  return isKept ? known.place : fresh.place;
}

function keyOf({ keyId, place }: Seen): string {
  return keyId === '' ? place : keyId;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
