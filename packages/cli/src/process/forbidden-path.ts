import { accessSync, constants, statSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { findHome, nameUser } from '../machine/own-user.ts';
import { quoteHint } from '../output/phrases.ts';
import type { Scope } from './scope.ts';

/** What a system says where this user may not, or nobody may. */
const FORBIDDEN_CODES: readonly string[] = ['EACCES', 'EPERM', 'EROFS'];
/** Whose shell the remedies are for. */
const POSIX = 'linux';
const ROOT = 0;
const PERMISSIONS = 0o7777;

/** Who asks, and what the system lets him do. */
export interface SystemUser {
  /** Undefined on Windows, which has none: there nobody's rights are read. */
  readonly uid: number | undefined;
  readonly name: string;
  readonly home: string;
  /** `right`: one of `constants.F_OK`, `W_OK` and `X_OK`. */
  readonly may: (path: string, right: number) => boolean;
  readonly look: (path: string) => Rights | undefined;
}

interface Rights {
  readonly mode: number;
  readonly uid: number;
}

export function isForbidden(code: string): boolean {
  return FORBIDDEN_CODES.includes(code);
}

/**
 * What keeps this user from writing a file, whose that is, and what to do, in one sentence. `code`: what the system answered, one of
 * those that {@link isForbidden} takes.
 */
export function explainForbidden(path: string, code: string, scope: Scope, asker: SystemUser = findAsker()): string {
  const { uid, look } = asker;
  if (code === 'EROFS') return `${path} is on a disk that is read-only; mount it for writing, or name another place`;
  const what = `this user may not change ${path}`;
  if (uid === undefined) {
    return scope === 'system'
      ? `${what}; run it as administrator`
      : `${what}; see in its properties (Security) who may, or name another place`;
  }
  const found = uid === ROOT ? undefined : findHindrance(path, asker);
  const rights = found === undefined ? undefined : look(found);
  if (found === undefined || rights === undefined) {
    return `the system lets nobody change ${path} (${code}): it, its folder or its disk is protected; name another place`;
  }
  const mode = (rights.mode & PERMISSIONS).toString(8).padStart(4, '0');
  if (rights.uid === uid) {
    return `${what}: ${found} has mode ${mode}; run chmod u+rwX ${quoteHint(found, POSIX)}`;
  }
  const owner = rights.uid === ROOT ? 'root' : `the user with the number ${rights.uid}`;
  return `${what}: ${found} belongs to ${owner} (mode ${mode}); ${nameRemedy(found, scope, asker)}`;
}

function nameRemedy(path: string, scope: Scope, { uid, home, name, look }: SystemUser): string {
  if (scope === 'system') return 'run it as root, with sudo';
  // The home of whom the system does not know is `/`, that of a daemon may be `/usr/sbin`.
  if (isIn(path, home) && look(home)?.uid === uid)
    return `make it yours with sudo chown ${name} ${quoteHint(path, POSIX)}`;
  return 'have it let this user write there, or name a folder of your own';
}

/** The first on the way that can't be passed; else what of the file and its folder can't be written to. Undefined where all can. */
function findHindrance(path: string, { may }: SystemUser): string | undefined {
  const there = listWay(path).filter((each) => may(each, constants.F_OK));
  const folders = there.filter((each) => each !== path);
  const closed = folders.find((each) => !may(each, constants.X_OK));
  if (closed !== undefined) return closed;
  return [...there.filter((each) => each === path), ...folders.slice(-1)].find((each) => !may(each, constants.W_OK));
}

/** From the root on, itself last. */
function listWay(path: string): readonly string[] {
  const above = dirname(path);
  return above === path ? [path] : [...listWay(above), path];
}

function isIn(path: string, folder: string): boolean {
  const rest = relative(folder, path);
  return rest === '' || !/^\.\.(?:\/|$)/.test(rest);
}

function findAsker(): SystemUser {
  return {
    uid: process.getuid?.(),
    name: nameUser(),
    home: findHome(),
    may(path, right) {
      try {
        accessSync(path, right);
        return true;
      } catch {
        return false;
      }
    },
    look: (path) => statSync(path, { throwIfNoEntry: false }),
  };
}
