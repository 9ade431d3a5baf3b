import { type Name, nameKey } from '../../wire/name.ts';
import type { ResourceRecord } from '../../wire/record.ts';

/** A record with its name's key. */
export interface OwnedRecord {
  readonly record: ResourceRecord;
  readonly owner: string;
}

/** Each key is made once, however often it is needed: records of a packet share names, and a name that it has compressed is one object. */
export function withOwners(records: readonly ResourceRecord[]): readonly OwnedRecord[] {
  let name: Name = [];
  let owner = nameKey(name);
  return records.map((record) => {
    if (record.name !== name) {
      name = record.name;
      owner = nameKey(name);
    }
    return { record, owner };
  });
}
