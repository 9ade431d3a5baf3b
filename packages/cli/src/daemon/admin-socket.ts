import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { isStaleSocket, makeFolders, type Target } from '@mdns-ambassador/relay';
import { LONGEST_SOCKET_PATH } from '../parse/listen.ts';
import { nameRuntimeFolder, nameSocket, type RuntimeSurroundings, readSocketName } from '../process/runtime-folder.ts';

/** What others of the group and the rest may do in a folder. */
const OTHERS = 0o077;

/**
 * Where this process is asked how it is, in a folder that its user alone may enter; what dead processes left there is removed. Rejects
 * with an Error for people where there can be no such place.
 */
export async function prepareAdminSocket(
  surroundings: RuntimeSurroundings,
  pid: number,
): Promise<Target & { readonly kind: 'unix' }> {
  const { platform, uid } = surroundings;
  const folder = nameRuntimeFolder(surroundings);
  const path = nameSocket(folder, pid, platform);
  if (!folder.isOurs) return { kind: 'unix', path };
  if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH) {
    throw new Error(`${path} has more than the ${LONGEST_SOCKET_PATH} bytes of a socket's path`);
  }
  makeFolders(folder.path, 0o700);
  const found = lstatSync(folder.path);
  // In a folder for temporary files anybody may have made it before.
  if (!found.isDirectory() || found.uid !== uid || (found.mode & OTHERS) !== 0) {
    throw new Error(`${folder.path} is not a folder that this user alone may enter`);
  }
  await removeStale(folder.path, surroundings.platform, pid);
  return { kind: 'unix', path };
}

/** A process that is there is not asked: what it shows is not loaded for this. */
async function removeStale(folder: string, platform: NodeJS.Platform, own: number): Promise<void> {
  for (const name of readdirSync(folder)) {
    const pid = readSocketName(name, platform);
    if (pid === undefined || pid === own || isAlive(pid)) continue;
    const path = `${folder}/${name}`;
    // Its number may be of another namespace.
    if (await isStaleSocket({ kind: 'unix', path })) rmSync(path, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
