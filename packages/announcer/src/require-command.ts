import { accessSync, constants, statSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import { errorCode } from '@mdns-ambassador/relay';
import { describeSpawnError } from './command-process.ts';
import { findCommand } from './windows-command.ts';

/** What is at a path: a file that this user may run, something else, or nothing. */
type Found = 'program' | 'closed' | 'nothing';

export interface CommandSurroundings {
  readonly platform: NodeJS.Platform;
  /** The command's. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Default: this process's. */
  readonly folder?: string;
  /** Default: the system's. */
  readonly look?: (path: string) => Found;
}

/**
 * Throws the AnnouncerError with which the command could not be started (`COMMAND_NOT_FOUND`, `COMMAND_NOT_EXECUTABLE`), for who starts it
 * only later. Looked for as `execvp` does, on Windows by PATHEXT.
 */
export function requireCommand(command: string, surroundings: CommandSurroundings): void {
  const { platform, environment, folder = resolve(), look = lookAt } = surroundings;
  if (platform === 'win32') {
    const isFile = (path: string): boolean => look(path) !== 'nothing';
    if (findCommand(command, { environment, folder, isFile }) === undefined) throw refuse(command, 'ENOENT');
    return;
  }
  // Without PATH the system has one of its own.
  if (environment.PATH === undefined && !command.includes('/')) return;
  const folders = command.includes('/') ? [''] : (environment.PATH ?? '').split(':');
  const found = folders.map((one) => look(posix.resolve(folder, one, command)));
  if (found.includes('program')) return;
  throw refuse(command, found.includes('closed') ? 'EACCES' : 'ENOENT');
}

function refuse(command: string, code: string): Error {
  return describeSpawnError(command, Object.assign(new Error(code), { code }));
}

function lookAt(path: string): Found {
  try {
    if (!statSync(path).isFile()) return 'nothing';
  } catch (error) {
    return errorCode(error) === 'EACCES' ? 'closed' : 'nothing';
  }
  try {
    accessSync(path, constants.X_OK);
    return 'program';
  } catch {
    return 'closed';
  }
}
