import { nameKey } from '../../wire/name.ts';
import { isSameData, type RecordData } from '../../wire/record.ts';
import { SourceShares } from './source-shares.ts';

/** What a {@link RecordSet} holds. `targetKey` is the key of a PTR record's target, undefined for other types. */
export interface SetMember {
  readonly source: string;
  readonly record: { readonly data: RecordData };
  readonly targetKey: string | undefined;
}

/** The records of one name and type. PTR sets are large, so their members stand by target; others hold a few. */
export class RecordSet<T extends SetMember> {
  readonly #few: T[] = [];
  #byTarget: Map<string, T> | undefined;
  #shares: SourceShares<T> | undefined;

  get size(): number {
    return this.#byTarget?.size ?? this.#few.length;
  }

  /** Who sent how many of them; counted from when it is asked for, since most sets never grow. */
  get shares(): SourceShares<T> {
    if (this.#shares === undefined) {
      this.#shares = new SourceShares();
      for (const member of this) this.#shares.add(member);
    }
    return this.#shares;
  }

  [Symbol.iterator](): Iterator<T> {
    return (this.#byTarget?.values() ?? this.#few)[Symbol.iterator]();
  }

  /** `targetKey` as in {@link SetMember}, where it is known already. */
  find(data: RecordData, targetKey: string | undefined = keyOfTarget(data)): T | undefined {
    if (targetKey !== undefined) return this.#byTarget?.get(targetKey);
    return this.#few.find((member) => isSameData(member.record.data, data));
  }

  add(member: T): void {
    this.#shares?.add(member);
    if (member.targetKey === undefined) {
      this.#few.push(member);
      return;
    }
    this.#byTarget ??= new Map();
    this.#byTarget.set(member.targetKey, member);
  }

  /** No-op for what is not in it. */
  delete(member: T): void {
    if (!this.#take(member)) return;
    this.#shares?.delete(member);
  }

  /** Heard again. */
  renew(member: T): void {
    this.#shares?.renew(member);
  }

  #take(member: T): boolean {
    const { targetKey } = member;
    if (targetKey !== undefined) return this.#byTarget?.get(targetKey) === member && this.#byTarget.delete(targetKey);
    const at = this.#few.indexOf(member);
    if (at !== -1) this.#few.splice(at, 1);
    return at !== -1;
  }
}

/** Undefined for records that are no pointers. */
export function keyOfTarget(data: RecordData): string | undefined {
  return data.type === 'PTR' ? nameKey(data.target) : undefined;
}
