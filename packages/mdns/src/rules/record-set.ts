import { nameKey } from '../wire/name.ts';
import { isSameData, type RecordData } from '../wire/record.ts';
import { SourceShares } from './source-shares.ts';

/** What a {@link RecordSet} holds. `targetKey` is the key of a PTR record's target, undefined for other types. */
export interface SetMember {
  readonly source: string;
  readonly record: { readonly data: RecordData };
  readonly targetKey: string | undefined;
}

/** The records of one name and type. PTR sets are large, so their members are found by target; others hold a few. */
export class RecordSet<T extends SetMember> {
  readonly #members: T[] = [];
  #byTarget: Map<string, T> | undefined;
  #shares: SourceShares<T> | undefined;

  get size(): number {
    return this.#members.length;
  }

  /** Who sent how many of them; counted from when it is asked for, since most sets never grow. */
  get shares(): SourceShares<T> {
    if (this.#shares === undefined) {
      this.#shares = new SourceShares();
      for (const member of this.#members) this.#shares.add(member);
    }
    return this.#shares;
  }

  /** Heard again. */
  renew(member: T): void {
    this.#shares?.renew(member);
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#members[Symbol.iterator]();
  }

  find(data: RecordData): T | undefined {
    if (data.type === 'PTR') return this.#byTarget?.get(nameKey(data.target));
    return this.#members.find((member) => isSameData(member.record.data, data));
  }

  add(member: T): void {
    this.#members.push(member);
    this.#shares?.add(member);
    if (member.targetKey === undefined) return;
    this.#byTarget ??= new Map();
    this.#byTarget.set(member.targetKey, member);
  }

  delete(member: T): void {
    const at = this.#members.indexOf(member);
    if (at === -1) return;
    this.#members.splice(at, 1);
    this.#shares?.delete(member);
    if (member.targetKey !== undefined) this.#byTarget?.delete(member.targetKey);
  }
}
