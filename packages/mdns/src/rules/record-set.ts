import { nameKey } from '../wire/name.ts';
import { isSameData, type RecordData } from '../wire/record.ts';

/** What a {@link RecordSet} holds. `targetKey` is the key of a PTR record's target, undefined for other types. */
export interface SetMember {
  readonly record: { readonly data: RecordData };
  readonly targetKey: string | undefined;
}

/** The records of one name and type. PTR sets are large, so their members are found by target; others hold a few. */
export class RecordSet<T extends SetMember> {
  readonly #members: Set<T> = new Set();
  readonly #byTarget: Map<string, T> = new Map();

  get size(): number {
    return this.#members.size;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#members.values();
  }

  find(data: RecordData): T | undefined {
    if (data.type === 'PTR') return this.#byTarget.get(nameKey(data.target));
    for (const member of this.#members) if (isSameData(member.record.data, data)) return member;
    return undefined;
  }

  add(member: T): void {
    this.#members.add(member);
    if (member.targetKey !== undefined) this.#byTarget.set(member.targetKey, member);
  }

  delete(member: T): void {
    this.#members.delete(member);
    if (member.targetKey !== undefined) this.#byTarget.delete(member.targetKey);
  }
}
