import type { MachineIdentity } from './machine-identity.ts';
import type { May } from './may.ts';

/** Machines that are known at once; the one that was seen longest ago is forgotten first. */
export const MAX_SEEN = 512;

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
    this.#seen.set(key, seen);
    if (this.#seen.size > MAX_SEEN) this.#forgetOldest();
    return known === undefined || known.place !== seen.place || known.machine !== seen.machine;
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

function keyOf({ keyId, place }: Seen): string {
  return keyId === '' ? place : keyId;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
