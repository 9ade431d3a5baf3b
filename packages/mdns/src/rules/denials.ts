import { type Name, nameKey } from '../wire/name.ts';
import { type ResourceRecord, typeCode } from '../wire/record.ts';

/** Names; the one that was denied first makes room. */
const MAX_NAMES = 1_024;
/** RFC 6762 10: no denial counts for longer than a record that holds a host name or address. */
const MAX_TTL_SECONDS = 120;
const MS_PER_SECOND = 1_000;

interface Denial {
  readonly until: number;
  /** The types that do exist. */
  readonly types: ReadonlySet<number>;
}

/** What owners of names said that they don't have (RFC 6762 6.1), so that nobody asks for it in vain. By key of the name. */
export class Denials {
  readonly #byName: Map<string, Denial> = new Map();

  get size(): number {
    return this.#byName.size;
  }

  /** Takes in a record of a response: an NSEC record denies; any other takes back what denied its type. */
  note(record: ResourceRecord, now: number): void {
    const owner = nameKey(record.name);
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
    for (const oldest of this.#byName.keys()) {
      if (this.#byName.size <= MAX_NAMES) return;
      this.#byName.delete(oldest);
    }
  }

  has(name: Name, type: number, now: number): boolean {
    if (this.#byName.size === 0) return false;
    const denial = this.#byName.get(nameKey(name));
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
