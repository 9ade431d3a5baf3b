import type { Stats } from 'node:fs';
import { sep } from 'node:path';

/**
 * A folder in which the system itself keeps secrets (`/run/secrets`, `$CREDENTIALS_DIRECTORY`): its files may show rights for
 * others, because nobody else gets there.
 */
export interface Shelter {
  readonly folder: string;
  /** The user who must own its files; absent: any. */
  readonly owner?: number;
}

/** Whether a file is kept by the system. `path` is in full. */
export function isSheltered(path: string, { uid }: Pick<Stats, 'uid'>, shelters: readonly Shelter[]): boolean {
  const shelter = shelters.find(({ folder }) => path.startsWith(folder.endsWith(sep) ? folder : folder + sep));
  return shelter !== undefined && (shelter.owner === undefined || shelter.owner === uid);
}
