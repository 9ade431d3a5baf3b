import { lstatSync, readdirSync, rmSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { askAdmin } from './admin-client.ts';
import { parseRunningStatus, type RunningStatus } from './running-status.ts';
import { listRuntimeFolders, nameRuntimeFolder, type RuntimeSurroundings, readSocketName } from './runtime-folder.ts';

/** Whoever is well answers within some milliseconds. */
export const ANSWER_MS = 2_000;
/** Of a folder in which somebody put more, the first are asked. */
const MAX_PROCESSES = 512;
const ROOT = 0;
/** What others than its owner may do in a folder. */
const OTHERS_MAY_WRITE = 0o022;

interface Place {
  readonly path: string;
  readonly pid: number;
}

/** A process of this machine, as its socket shows it. */
export type Running = Place &
  (
    | { readonly kind: 'answered'; readonly status: RunningStatus }
    /** It does not answer in time: it is stopped, or very busy. */
    | { readonly kind: 'silent' }
    /** It ended without a goodbye. Its socket has been removed, where that was allowed. */
    | { readonly kind: 'dead' }
    /** `reason` for people. */
    | { readonly kind: 'unreadable'; readonly reason: string }
  );

/** Every process that this user may ask, asked at once, by number. Never rejects; takes {@link ANSWER_MS} at most. */
export async function findRunning(surroundings: RuntimeSurroundings): Promise<readonly Running[]> {
  const places = listPlaces(surroundings);
  const found = await Promise.all(places.map((place) => ask(place, surroundings.platform)));
  return found.filter((running) => running !== undefined).toSorted((a, b) => a.pid - b.pid);
}

/** The sockets of processes that this user may ask, answering or not. */
export function listSockets(
  surroundings: RuntimeSurroundings,
): readonly { readonly path: string; readonly pid: number }[] {
  return listPlaces(surroundings);
}

async function ask(place: Place, platform: NodeJS.Platform): Promise<Running | undefined> {
  const answer = await askAdmin(place.path, '/v1/status', ANSWER_MS);
  switch (answer.kind) {
    case 'answered': {
      const status = answer.status === 200 ? parseRunningStatus(answer.body) : undefined;
      if (status !== undefined) return { ...place, kind: 'answered', status };
      return { ...place, kind: 'unreadable', reason: 'what it says is no status (is it of another version?)' };
    }
    case 'silent':
      return { ...place, kind: 'silent' };
    case 'refused':
      if (platform === 'win32') return undefined;
      // It may have ended by itself meanwhile, in order.
      if (lstatSync(place.path, { throwIfNoEntry: false }) === undefined) return undefined;
      removeSocket(place.path);
      return { ...place, kind: 'dead' };
    case 'failed':
      // Of another user.
      if (answer.code === 'EACCES' || answer.code === 'EPERM') return undefined;
      return { ...place, kind: 'unreadable', reason: answer.code };
    default:
      return answer satisfies never;
  }
}

function removeSocket(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Its folder is another user's.
  }
}

function listPlaces(surroundings: RuntimeSurroundings): readonly Place[] {
  const { platform } = surroundings;
  const places = new Map<string, Place>();
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
