import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { MeshError } from '../mesh-error.ts';
import { formatKeyRing, type KeyRing, parseKeyRing } from './key-ring.ts';

/** The owner alone reads and writes it. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const OTHERS = 0o077;

/**
 * Reads a key file. Throws a MeshError: MISSING_FILE, UNREADABLE_FILE, EXPOSED_FILE where the group or others may use it,
 * MALFORMED_KEY. Windows has no such modes, and the file is taken as it is there.
 */
export function readKeyFile(path: string, platform: NodeJS.Platform): KeyRing {
  const text = readPrivately(path, platform);
  try {
    return parseKeyRing(text);
  } catch (error) {
    if (!(error instanceof MeshError)) throw error;
    throw new MeshError(error.code, `${path}: ${error.message}`, { cause: error });
  }
}

/**
 * Writes a new key file, and its folder. Throws a MeshError with FILE_EXISTS rather than overwrite one. A part of one is never
 * there, also where the disk is full.
 */
export function createKeyFile(path: string, ring: KeyRing): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
    const fresh = `${path}.${randomBytes(6).toString('hex')}.new`;
    try {
      writeFileSync(fresh, formatKeyRing(ring), { mode: FILE_MODE, flag: 'wx', flush: true });
      nameOnce(fresh, path);
    } finally {
      rmSync(fresh, { force: true });
    }
  } catch (error) {
    if (existsSync(path)) {
      throw new MeshError(
        'FILE_EXISTS',
        `${path} exists and is left as it is: ambassador mesh show tells what it holds`,
      );
    }
    throw new MeshError('UNREADABLE_FILE', `${path} can't be written: ${explain(error)}`, { cause: error });
  }
}

/** Gives a file a further name that is nobody's. Where there are no links, it is copied; a copy that fails is removed. */
function nameOnce(file: string, path: string): void {
  try {
    linkSync(file, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw error;
    copyFileSync(file, path, constants.COPYFILE_EXCL);
  }
}

/** Replaces a key file as a whole: who reads it sees the old or the new. */
export function replaceKeyFile(path: string, ring: KeyRing): void {
  const fresh = `${path}.new`;
  try {
    rmSync(fresh, { force: true });
    const file = openSync(fresh, 'wx', FILE_MODE);
    try {
      writeFileSync(file, formatKeyRing(ring));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    chmodSync(fresh, FILE_MODE);
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw new MeshError('UNREADABLE_FILE', `${path} can't be replaced: ${explain(error)}`, { cause: error });
  }
}

function readPrivately(path: string, platform: NodeJS.Platform): string {
  try {
    const file = openSync(path, 'r');
    try {
      const status = fstatSync(file);
      if (status.isDirectory())
        throw new MeshError('UNREADABLE_FILE', `${path} is a folder; write the path of the key file in it`);
      refuseExposed(path, status.mode, platform);
      return readFileSync(file, 'utf8');
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof MeshError) throw error;
    if (codeOf(error) === 'ENOENT') {
      throw new MeshError(
        'MISSING_FILE',
        `${path} does not exist; copy the key file of your mesh there, or begin a new mesh with ambassador mesh init ${path}`,
      );
    }
    throw new MeshError('UNREADABLE_FILE', `${path} can't be read: ${explain(error)}`, { cause: error });
  }
}

function refuseExposed(path: string, mode: number, platform: NodeJS.Platform): void {
  if (platform === 'win32' || (mode & OTHERS) === 0) return;
  const shown = (mode & 0o777).toString(8).padStart(4, '0');
  throw new MeshError(
    'EXPOSED_FILE',
    `${path} has mode ${shown}, so that others on this machine can use the mesh key; run chmod 600 ${path}`,
  );
}

function explain(error: unknown): string {
  const code = codeOf(error);
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'this user may not; name a file of your own, or change whose it is';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a part of its path is no folder; name another file';
    case 'EROFS':
      return 'the disk is read-only; name a file elsewhere';
    case 'ENOSPC':
      return 'the disk is full';
    default:
      return code;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
