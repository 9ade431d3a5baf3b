import { lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '@mdns-ambassador/relay';
import { listRuntimeFolders, nameRuntimeFolder, type RuntimeSurroundings, readSocketName } from './runtime-folder.ts';

/** Of a folder in which somebody put more, the first are asked. */
const MAX_PROCESSES = 512;
const ROOT = 0;
/** What others than its owner may do in a folder. */
const OTHERS_MAY_WRITE = 0o022;

/** Where a process is asked. */
export interface SocketPlace {
  readonly path: string;
  readonly pid: number;
}

/** The sockets of processes that this user may ask, answering or not. */
export function listSockets(surroundings: RuntimeSurroundings): readonly SocketPlace[] {
  const { platform } = surroundings;
  const places = new Map<string, SocketPlace>();
  for (const folder of listRuntimeFolders(surroundings).flatMap(expand)) {
    if (!isBelieved(folder, surroundings)) continue;
    for (const name of readFolder(folder)) {
      const pid = readSocketName(name, platform);
      if (pid === undefined || places.size >= MAX_PROCESSES) continue;
      const path = platform === 'win32' ? `${folder}${name}` : `${folder}/${name}`;
      if (platform === 'win32' || isSocket(path)) places.set(path, { path, pid });
    }
  }
  return [...places.values()];
}

/**
 * Whoever can put sockets into a folder says what runs here: the user himself and root. In a folder for temporary files anybody may have made it
 * before, or a link there. Root looks at those of other users as well, but in no place of his own.
 */
function isBelieved(folder: string, surroundings: RuntimeSurroundings): boolean {
  const { uid, platform } = surroundings;
  if (platform === 'win32') return true;
  const isOurs = (found: Stats): boolean => found.uid === ROOT || found.uid === uid;
  try {
    const found = statSync(folder);
    if (isOurs(found) && isOurs(lstatSync(folder))) return (found.mode & OTHERS_MAY_WRITE) === 0;
    return uid === ROOT && folder !== nameRuntimeFolder(surroundings).path;
  } catch {
    return false;
  }
}

/** Why nobody of this user's processes can be found, whether there are any or not; undefined where they can be. For people. */
export function explainBlindness(surroundings: RuntimeSurroundings): string | undefined {
  const { path } = nameRuntimeFolder(surroundings);
  try {
    readdirSync(path);
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENOENT' ? undefined : `${path} can't be listed (${code})`;
  }
  return isBelieved(path, surroundings)
    ? undefined
    : `${path} belongs to another user, or others may write there, so that what is there is not believed`;
}

/** Of a path with one `*` in it, those that there are. */
function expand(folder: string): readonly string[] {
  const [before = '', after] = folder.split('*');
  if (after === undefined) return [folder];
  const parent = before.endsWith('/') ? before.slice(0, -1) : dirname(before);
  const beginning = before.slice(parent.length + 1);
  return readFolder(parent)
    .filter((name) => name.startsWith(beginning))
    .map((name) => `${parent}/${name}${after}`);
}

/** Empty where there is none, or none that may be read. */
function readFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isSocket(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true;
}
