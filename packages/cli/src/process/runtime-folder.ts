import { tmpdir } from 'node:os';
import { isWindowsPipe } from '@mdns-ambassador/relay';
import type { Surroundings } from './surroundings.ts';

/** What decides where sockets of running processes are. */
export interface RuntimeSurroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** Of the user; undefined on Windows, which has none. */
  readonly uid: number | undefined;
  /** The folder for temporary files. */
  readonly temporary: string;
}

/** A folder of the user's own, or, on Windows, where all pipes are. */
export interface RuntimeFolder {
  readonly path: string;
  /** Ours to make, and closed to others. */
  readonly isOurs: boolean;
}

/** Windows has named pipes in place of sockets, all in one folder, which can be listed. */
const PIPE_FOLDER = '\\\\.\\pipe\\';
const PIPE_PREFIX = 'ambassador-';
const ROOT = 0;

export function findRuntime({ env, platform }: Pick<Surroundings, 'env' | 'platform'>): RuntimeSurroundings {
  return { env, platform, uid: process.getuid?.(), temporary: tmpdir() };
}

/**
 * Where a process puts its socket: `$XDG_RUNTIME_DIR/ambassador`; else the folder that systemd made for its unit; else a folder of the
 * user's own below that for temporary files.
 */
export function nameRuntimeFolder({ env, platform, uid, temporary }: RuntimeSurroundings): RuntimeFolder {
  if (platform === 'win32') return { path: PIPE_FOLDER, isOurs: false };
  if (isAbsolute(env.XDG_RUNTIME_DIR)) return { path: `${env.XDG_RUNTIME_DIR}/ambassador`, isOurs: true };
  const [unit] = (env.RUNTIME_DIRECTORY ?? '').split(':');
  if (isAbsolute(unit)) return { path: unit, isOurs: true };
  return { path: `${temporary.replace(/\/+$/, '')}/ambassador-${uid ?? ''}`, isOurs: true };
}

/** `PID.sock` in the folder, or a pipe. */
export function nameSocket({ path }: RuntimeFolder, pid: number, platform: NodeJS.Platform): string {
  return isWindowsPipe(path, platform) ? `${path}${PIPE_PREFIX}${pid}` : `${path}/${pid}.sock`;
}

/** The process whose socket goes by this name of a file; undefined where it is none of ours. */
export function readSocketName(name: string, platform: NodeJS.Platform): number | undefined {
  const [, pid] = (platform === 'win32' ? /^ambassador-(\d{1,10})$/ : /^(\d{1,10})\.sock$/).exec(name) ?? [];
  return pid === undefined ? undefined : Number(pid);
}

/** The folders in which a user may find sockets of processes; `*` stands for any name. Root finds those of all users. */
export function listRuntimeFolders(surroundings: RuntimeSurroundings): readonly string[] {
  const { platform, uid, temporary } = surroundings;
  const { path } = nameRuntimeFolder(surroundings);
  if (platform === 'win32') return [path];
  const below = temporary.replace(/\/+$/, '');
  const others =
    uid === ROOT
      ? ['/run/user/*/ambassador', '/run/ambassador*', `${below}/ambassador-*`]
      : [`/run/user/${uid ?? ''}/ambassador`, `${below}/ambassador-${uid ?? ''}`];
  return [...new Set([path, ...others])];
}

function isAbsolute(path: string | undefined): path is string {
  return path?.startsWith('/') === true;
}
