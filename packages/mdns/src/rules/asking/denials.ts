import { forgetOldest } from '../../forget-oldest.ts';
import { type Name, nameKey } from '../../wire/name.ts';
import { type ResourceRecord, typeCode } from '../../wire/record.ts';

/** Names; the one that was denied first makes room. */
const MAX_NAMES = 1_024;
/** RFC 6762 10: no denial counts for longer than a record that holds a host name or address. */
const MAX_TTL_SECONDS = 120;
const MS_PER_SECOND = 1_000;

interface DeniedTypes {
  readonly until: number;
  /** The types that do exist. */
  readonly types: ReadonlySet<number>;
}

/** What owners of names said that they don't have (RFC 6762 6.1), so that nobody asks for it in vain. By key of the name. */
export class Denials {
  readonly #byName: Map<string, DeniedTypes> = new Map();

  get size(): number {
    return this.#byName.size;
  }

  /** Takes in a record of a response: an NSEC record denies; any other takes back what denied its type. `owner` is its name's key. */
  note(record: ResourceRecord, now: number, owner: string = nameKey(record.name)): void {
    const { data } = record;
    if (data.type !== 'NSEC') {
      this.#noteExistence(owner, record);
      return;
    }
    this.#byName.delete(owner);
    if (record.ttl === 0) return;
    // RFC 6762 6.1: the next domain name is of no account.
    const until = now + Math.min(record.ttl, MAX_TTL_SECONDS) * MS_PER_SECOND;
    this.#byName.set(owner, { until, types: new Set(data.types) });
    forgetOldest(this.#byName, MAX_NAMES);
  }

  has(name: Name, type: number, now: number): boolean {
    return this.#byName.size > 0 && this.hasUnder(nameKey(name), type, now);
  }

  /** As `has`, by the name's key. */
  hasUnder(owner: string, type: number, now: number): boolean {
    const denial = this.#byName.get(owner);
    return denial !== undefined && denial.until > now && !denial.types.has(type);
  }

  forget(owner: string): void {
    this.#byName.delete(owner);
  }

  clear(): void {
    this.#byName.clear();
  }

  #noteExistence(owner: string, { ttl, data }: ResourceRecord): void {
    const denial = this.#byName.get(owner);
    if (denial !== undefined && ttl > 0 && !denial.types.has(typeCode(data))) this.#byName.delete(owner);
  }
}
