import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import {
  describeFileFault,
  describeKeepToOwner,
  isSheltered,
  keepToOwner,
  listReaders,
  makeFolders,
  NOT_REGULAR,
  readInputFile,
  type Shelter,
  TOO_LONG,
  withFreshFile,
} from '@mdns-ambassador/relay';
import { formatKeyRing, type KeyRing, parseKeyRing } from './key-ring.ts';
import { MeshError } from './mesh-error.ts';

/** The owner alone reads and writes it. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const OTHERS = 0o077;
const OTHERS_MAY_WRITE = 0o022;
const PERMISSIONS = 0o7777;
/** Two keys and their names. */
const MAX_KEY_BYTES = 64 * 1024;

/** What is asked of Windows; default: icacls. */
export interface WindowsRights {
  /** The groups of users that may read the file. */
  readonly list: (path: string) => readonly string[];
  /** Leaves rights to its owner and this user alone. */
  readonly keep: (path: string) => boolean;
}

export interface ReadKeyOptions extends Partial<Pick<WindowsRights, 'list'>> {
  /** Folders of secret stores, whose files are read with rights for others; default: none. */
  readonly shelters?: readonly Shelter[];
}

const WINDOWS_RIGHTS: WindowsRights = { list: (path) => listReaders(path), keep: (path) => keepToOwner(path) };

/**
 * Reads a key file. Throws a MeshError: MISSING_FILE, UNREADABLE_FILE, EXPOSED_FILE where the group or others may use it,
 * MALFORMED_KEY. On Windows the rights of groups are looked at (`list`), where Windows tells them.
 */
export function readKeyFile(path: string, platform: NodeJS.Platform, options: ReadKeyOptions = {}): KeyRing {
  const text = readPrivately(path, platform, options);
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
export function createKeyFile(
  path: string,
  ring: KeyRing,
  platform: NodeJS.Platform,
  rights: Pick<WindowsRights, 'keep'> = WINDOWS_RIGHTS,
): void {
  try {
    makeFolders(dirname(path), FOLDER_MODE);
    withFreshFile(path, (fresh) => {
      if (platform === 'win32') {
        // Before the key is in it.
        writeFileSync(fresh, '', { flag: 'wx' });
        rights.keep(fresh);
      }
      const flag = platform === 'win32' ? 'r+' : 'wx';
      writeFileSync(fresh, formatKeyRing(ring), { mode: FILE_MODE, flag, flush: true });
      nameOnce(fresh, path);
    });
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

/**
 * Replaces a key file as a whole: who reads it sees the old or the new. It stays whose it was, with the rights that it had; a link stays one,
 * and what it leads to is replaced. On Windows it is its owner's and this user's alone then.
 */
export function replaceKeyFile(
  path: string,
  ring: KeyRing,
  platform: NodeJS.Platform,
  rights: Pick<WindowsRights, 'keep'> = WINDOWS_RIGHTS,
): void {
  try {
    const target = realpathSync(path);
    const { uid, gid, mode } = statSync(target);
    // Each process of this machine that hears of a renewal writes it.
    withFreshFile(target, (fresh) => {
      const file = openSync(fresh, 'wx', FILE_MODE);
      try {
        // Before the key is in it: nobody else has it open.
        if (platform === 'win32') rights.keep(fresh);
        else giveTo(file, uid, gid);
        writeFileSync(file, formatKeyRing(ring));
        fchmodSync(file, mode & PERMISSIONS);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(fresh, target);
    });
  } catch (error) {
    throw new MeshError('UNREADABLE_FILE', `${path} can't be replaced: ${explain(error)}`, { cause: error });
  }
}

/** Only root gives files away. To the owner a file of his is his already, and a group of which he is none has no rights in it. */
function giveTo(file: number, uid: number, gid: number): void {
  const fresh = fstatSync(file);
  if (fresh.uid !== uid) fchownSync(file, uid, gid);
  else if (fresh.gid !== gid) {
    try {
      fchownSync(file, uid, gid);
    } catch {
      return;
    }
  }
}

function readPrivately(path: string, platform: NodeJS.Platform, options: ReadKeyOptions): string {
  const { list = WINDOWS_RIGHTS.list, shelters = [] } = options;
  try {
    const accept = (status: Stats): void => {
      if (!status.isFile()) return;
      if (platform === 'win32') refuseReaders(path, list(path));
      else
        refuseExposed(
          path,
          status.mode & (isSheltered(path, status, shelters) ? OTHERS_MAY_WRITE : OTHERS),
          status.mode,
        );
    };
    return readInputFile(path, { maxBytes: MAX_KEY_BYTES, accept }).toString('utf8');
  } catch (error) {
    if (error instanceof MeshError) throw error;
    throw explainUnreadable(path, error);
  }
}

function explainUnreadable(path: string, error: unknown): MeshError {
  switch (codeOf(error)) {
    case 'ENOENT':
      return new MeshError(
        'MISSING_FILE',
        `${path} does not exist; join a mesh with ambassador mesh join, copy the key file of yours there, or begin a new mesh with ambassador mesh init ${path}`,
      );
    case 'EISDIR':
      return new MeshError('UNREADABLE_FILE', `${path} is a folder; write the path of the key file in it`);
    case NOT_REGULAR:
      return new MeshError(
        'UNREADABLE_FILE',
        `${path} is a pipe, a socket or a device; write the path of a regular file that holds the key`,
      );
    case TOO_LONG:
      return new MeshError(
        'UNREADABLE_FILE',
        `${path} is too long for a key; write the path of the file that ambassador mesh init or token has made`,
      );
    default:
      return new MeshError('UNREADABLE_FILE', `${path} can't be read: ${explain(error)}`, { cause: error });
  }
}

function refuseReaders(path: string, readers: readonly string[]): void {
  if (readers.length === 0) return;
  throw new MeshError(
    'EXPOSED_FILE',
    `${path} can be read by ${readers.join(' and ')}, so that others on this machine can use the mesh key; run ${describeKeepToOwner(path)}`,
  );
}

function refuseExposed(path: string, exposed: number, mode: number): void {
  if (exposed === 0) return;
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
    case 'EBUSY':
      return 'it is mounted by itself; mount its folder instead, or rotate where the file really is';
    default:
      return describeFileFault(code);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
