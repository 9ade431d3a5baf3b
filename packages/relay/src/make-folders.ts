import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from './relay-error.ts';

/**
 * Makes a folder and those above it; returns the topmost that was made, undefined where all were there. Throws what the system says of
 * the one that can't be made. Node's own `recursive` says ENOENT of a disk that is read-only, and never returns where a folder that
 * is there has no room for others (/proc, autofs).
 */
export function makeFolders(path: string, mode = 0o777): string | undefined {
  try {
    return makeFolder(path, mode);
  } catch (error) {
    const above = dirname(path);
    if (errorCode(error) !== 'ENOENT' || above === path) throw error;
    // Another process may have made it meanwhile.
    const first = makeFolders(above, mode);
    const own = makeFolder(path, mode);
    return first ?? own;
  }
}

/** Undefined where it is there. */
function makeFolder(path: string, mode: number): string | undefined {
  try {
    mkdirSync(path, { mode });
    return path;
  } catch (error) {
    if (isFolder(path)) return undefined;
    throw error;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
