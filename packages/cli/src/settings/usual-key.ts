import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT_CONFIG } from '../exit/exit-codes.ts';
import { findHome, nameUserFolder } from '../machine/own-user.ts';
import type { Given, Layer } from './settings.ts';

/** Stands where the name of an option would, when nobody wrote one. */
const ORIGIN = 'the mesh key in its usual place';

/** Where `mesh` keeps the key unless it is told otherwise, and where every command finds it. */
export function nameUsualKeyFile(env: NodeJS.ProcessEnv): string {
  return join(nameUserFolder(env.XDG_CONFIG_HOME, findHome(), '.config'), 'ambassador', 'mesh.key');
}

/** The key in its usual place, as `--mesh-key-file` would name it. Looked for once: what a process is in does not change while it runs. */
export function findUsualKey(env: NodeJS.ProcessEnv): Layer {
  let found: readonly Given[] | undefined;
  return {
    find(option) {
      if (option !== 'mesh-key-file') return [];
      const path = nameUsualKeyFile(env);
      found ??= isThere(path) ? [{ text: path, origin: ORIGIN, exitCode: EXIT_CONFIG }] : [];
      return found;
    },
  };
}

/** Whether nobody named the key: it stands in its usual place. */
export function isUsualKey({ origin }: Given): boolean {
  return origin === ORIGIN;
}

/** What one does to go without what was given. */
export function describeGoingWithout(given: Given): string {
  return isUsualKey(given) ? 'add --open' : 'leave it out';
}

/** What this user may not see is there all the same: without his key a member would speak in the open. */
export function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code !== 'ENOENT' && code !== 'ENOTDIR';
  }
}
