import { type Name, nameKey } from '../../wire/name.ts';
import { type ResourceRecord, recordKey, TYPE_ANY, TYPE_CODES, typeCode } from '../../wire/record.ts';
import { denialSet, type OwnSet, uniqueKey } from './own-set.ts';

/** A name under which we have records on this interface. */
export interface OwnName {
  readonly sets: readonly OwnSet[];
  /** What says which types exist; undefined under a shared name, where that is not ours to say (RFC 6762 6.1). */
  readonly denial: OwnSet | undefined;
  /** Claimed and defended, but told to nobody who only asks. */
  readonly isHeld: boolean;
}

/** All that we are authoritative for on one interface, at one moment. Immutable after it was filled. */
export class OwnZone {
  readonly #names: Map<string, OwnName> = new Map();
  readonly #sets: Map<string, OwnSet> = new Map();
  readonly #firstLabels: Set<string> = new Set();

  /** A name that is ours alone, with all its sets. */
  addUnique(name: Name, sets: readonly OwnSet[], isHeld: boolean): void {
    const denial = denialSet(name, sets);
    this.addName(name);
    this.#names.set(nameKey(name), { sets, denial, isHeld });
    for (const set of [...sets, denial]) this.#sets.set(set.key, set);
  }

  /** One record under a name that others use too. Adding it twice is the same as once. */
  addShared(set: OwnSet): void {
    if (this.#sets.has(set.key)) return;
    const sets = this.#names.get(set.nameKey)?.sets ?? [];
    this.#names.set(set.nameKey, { sets: [...sets, set], denial: undefined, isHeld: false });
    this.#sets.set(set.key, set);
    for (const { name, data } of set.records) {
      this.addName(name);
      if (data.type === 'PTR') this.addName(data.target);
    }
  }

  /** Makes {@link concerns} true for a name that we have no records of yet. */
  addName(name: Name): void {
    this.#firstLabels.add((name[0] ?? '').toLowerCase());
  }

  /** False for nearly every name that is not ours, at the price of one look-up. */
  concerns(name: Name): boolean {
    return this.#firstLabels.has((name[0] ?? '').toLowerCase());
  }

  find(name: Name): OwnName | undefined {
    return this.concerns(name) ? this.#names.get(nameKey(name)) : undefined;
  }

  set(key: string): OwnSet | undefined {
    return this.#sets.get(key);
  }

  /** Whether the set may be told to those who only ask. */
  isTold(set: OwnSet): boolean {
    return this.#names.get(set.nameKey)?.isHeld === false;
  }

  /** The set that holds this very record, whatever its TTL. */
  holding(record: ResourceRecord): OwnSet | undefined {
    if (!this.concerns(record.name)) return undefined;
    // Known-answer lists of a busy type hold a thousand pointers to others: those need not be looked up.
    if (record.data.type === 'PTR' && !this.concerns(record.data.target)) return undefined;
    const key = recordKey(record);
    const shared = this.#sets.get(key);
    if (shared !== undefined) return shared;
    const unique = this.#sets.get(uniqueKey(record.name, typeCode(record.data)));
    return unique?.recordKeys.includes(key) ? unique : undefined;
  }

  /**
   * The sets that answer a question. A type that does not exist under a unique name is answered by the record that denies it (RFC
   * 6762 6.1). Held names answer to probes only.
   */
  answer(name: Name, type: number, isProbe: boolean): readonly OwnSet[] {
    const own = this.find(name);
    if (own === undefined) return [];
    if (own.isHeld && !isProbe) return [];
    const sets = type === TYPE_ANY ? own.sets : own.sets.filter((set) => set.type === type);
    if (sets.length > 0 || own.denial === undefined) return sets;
    return [own.denial];
  }

  /** What goes with an answer so that nobody needs to ask further (RFC 6763 12, RFC 6762 6.2), the most useful first. */
  additionals(answer: OwnSet): readonly OwnSet[] {
    const found = new Map<string, OwnSet>();
    const pending = [answer];
    for (let set = pending.shift(); set !== undefined; set = pending.shift()) {
      for (const next of this.#companions(set)) {
        if (next.key === answer.key || found.has(next.key)) continue;
        found.set(next.key, next);
        pending.push(next);
      }
    }
    return [...found.values()].toSorted(
      (a, b) => Number(a.type === TYPE_CODES.NSEC) - Number(b.type === TYPE_CODES.NSEC),
    );
  }

  #companions(set: OwnSet): readonly OwnSet[] {
    switch (set.type) {
      // RFC 6763 12.1. The target of a type enumeration is no unique name, so nothing comes with it (12.4).
      case TYPE_CODES.PTR:
        return this.#targets(set).flatMap((target) => this.#typesOf(target, [TYPE_CODES.SRV, TYPE_CODES.TXT]));
      // RFC 6763 12.2
      case TYPE_CODES.SRV:
        return this.#targets(set).flatMap((target) => this.#addressesOf(nameKey(target)));
      // RFC 6762 6.2
      case TYPE_CODES.A:
      case TYPE_CODES.AAAA:
        return this.#addressesOf(set.nameKey);
      default:
        return [];
    }
  }

  #targets(set: OwnSet): readonly Name[] {
    return set.records.flatMap(({ data }) => (data.type === 'PTR' || data.type === 'SRV' ? [data.target] : []));
  }

  #typesOf(name: Name, types: readonly number[]): readonly OwnSet[] {
    const own = this.#names.get(nameKey(name));
    if (own === undefined || own.isHeld || own.denial === undefined) return [];
    return own.sets.filter((set) => types.includes(set.type));
  }

  /** RFC 6762 6.2: both families, and the denial of the one that is missing. */
  #addressesOf(key: string): readonly OwnSet[] {
    const own = this.#names.get(key);
    if (own === undefined || own.isHeld) return [];
    const addresses = own.sets.filter((set) => set.type === TYPE_CODES.A || set.type === TYPE_CODES.AAAA);
    return addresses.length === 1 && own.denial !== undefined ? [...addresses, own.denial] : addresses;
  }
}
