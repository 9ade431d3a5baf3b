import { nameStateFolder } from '../../machine/seed.ts';
import { findRuntime } from '../../process/runtime-folder.ts';
import type { Surroundings } from '../../process/surroundings.ts';
import { askProcesses } from './ask-processes.ts';
import { SeenFile } from './seen-file.ts';
import type { SeenName } from './seen-instance.ts';

/** Whoever presses Tab waits no longer than this; a process that is well answers within some milliseconds. */
const ANSWER_MS = 60;

/** What is on the link, as running processes and the last `ambassador list` know it. Nothing is looked for. */
export async function findSeen(surroundings: Pick<Surroundings, 'env' | 'platform'>): Promise<readonly SeenName[]> {
  const asked = await askProcesses(findRuntime(surroundings), ANSWER_MS);
  return [...asked, ...openSeenFile(surroundings).read()];
}

/** Where `ambassador list` keeps what it found. */
export function openSeenFile({ env, platform }: Pick<Surroundings, 'env' | 'platform'>): SeenFile {
  return new SeenFile(nameStateFolder(env, platform), Date.now);
}
