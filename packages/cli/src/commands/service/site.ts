import { existsSync, realpathSync } from 'node:fs';
import { isAbsolute, win32 } from 'node:path';
import { findHome, nameUser } from '../../machine/own-user.ts';
import type { Scope } from '../../process/scope.ts';
import type { Surroundings } from '../../process/surroundings.ts';

/** This machine, as far as a service of it is concerned. */
export interface Site {
  readonly platform: NodeJS.Platform;
  /** For whom the service runs: one user while logged in, or the machine. */
  readonly scope: Scope;
  /** Undefined on Windows, which has none. */
  readonly uid: number | undefined;
  /** On Windows `DOMAIN\NAME`. */
  readonly user: string;
  readonly home: string;
  /** Those of `XDG_CONFIG_HOME` and `XDG_STATE_HOME` that are set: the service is to find the same files. */
  readonly folders: Readonly<Record<string, string>>;
  /** Where Windows keeps what belongs to the user, or to the machine. */
  readonly data: string;
  readonly node: string;
  /** The path of our program. */
  readonly program: string;
  /** systemd runs, and is asked by `systemctl`. */
  readonly hasSystemd: boolean;
  /** What this user runs goes on without a login. */
  readonly isLingering: boolean;
  /** A mesh key is where systemd's service may write to it. */
  readonly hasStateKey: boolean;
}

/** A membership is renewed in its file: here systemd's service may write. */
export const STATE_KEY = '/var/lib/ambassador/mesh.key';
const FOLDERS = ['XDG_CONFIG_HOME', 'XDG_STATE_HOME'];
const ROOT = 0;

export function findSite(scope: Scope, { env, platform }: Pick<Surroundings, 'env' | 'platform'>): Site {
  const username = nameUser();
  const home = findHome();
  const isWindows = platform === 'win32';
  const data =
    scope === 'user' ? env.LOCALAPPDATA || win32.join(home, 'AppData', 'Local') : env.ProgramData || 'C:\\ProgramData';
  return {
    platform,
    scope,
    uid: process.getuid?.(),
    user: isWindows && env.USERDOMAIN ? `${env.USERDOMAIN}\\${username}` : username,
    home,
    folders: Object.fromEntries(
      FOLDERS.flatMap((name) => {
        const path = env[name];
        return scope === 'system' || path === undefined || !isAbsolute(path) ? [] : [[name, path]];
      }),
    ),
    data,
    node: process.execPath,
    program: realpathSync(process.argv[1] ?? ''),
    hasSystemd: existsSync('/run/systemd/system'),
    isLingering: existsSync(`/var/lib/systemd/linger/${username}`),
    hasStateKey: existsSync(STATE_KEY),
  };
}

/** Root serves the machine, anybody else himself. */
export function chooseScope(): Scope {
  return process.getuid?.() === ROOT ? 'system' : 'user';
}
