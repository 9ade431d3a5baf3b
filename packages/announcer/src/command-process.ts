import { constants } from 'node:os';
import { AnnouncerError } from './announcer-error.ts';

/** Shells say 128 + n for a command that a signal ended. */
const SIGNAL_EXIT_CODE_BASE = 128;

/** By the system's code: ours, and what it says of the command. */
const SPAWN_FAULTS: ReadonlyMap<string | undefined, readonly [code: string, what: string]> = new Map([
  ['ENOENT', ['COMMAND_NOT_FOUND', 'was not found: check its name, or give its path']],
  ['EACCES', ['COMMAND_NOT_EXECUTABLE', 'is not executable: check its permissions']],
  ['ENOTDIR', ['COMMAND_NOT_FOUND', 'was not found: a part of its path is no folder']],
]);

/** What is used of a child process. */
export interface CommandProcess {
  on(event: 'error', listener: (error: Error) => void): unknown;
  once(event: 'spawn', listener: () => void): unknown;
  once(event: 'exit', listener: (code: number | null, signal: NodeJS.Signals | null) => void): unknown;
  kill(signal: NodeJS.Signals): unknown;
}

/** Starts the command with this process's own stdin, stdout and stderr. What can't be started is thrown, or comes as `error`. */
export type SpawnCommand = (command: string, args: readonly string[]) => CommandProcess;

export interface WatchedCommand {
  readonly child: CommandProcess;
  /**
   * Resolves with the exit code to end with: the command's own, or 128 + n when signal n ended it. Rejects with an AnnouncerError
   * (`COMMAND_NOT_FOUND`, `COMMAND_NOT_EXECUTABLE`, `COMMAND_FAILED`).
   */
  readonly ended: Promise<number>;
}

/** Starts a command. Throws the same AnnouncerErrors where it can't even be tried. */
export function watchCommand(spawn: SpawnCommand, command: string, args: readonly string[]): WatchedCommand {
  let child: CommandProcess;
  try {
    child = spawn(command, args);
  } catch (error) {
    throw error instanceof Error ? describeSpawnError(command, error) : error;
  }
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', (error) => reject(describeSpawnError(command, error)));
    child.once('exit', (code, signal) => resolve(computeExitCode(code, signal)));
  });
  return { child, ended };
}

function computeExitCode(code: number | null, signal: NodeJS.Signals | null): number {
  if (signal === null) return code ?? 0;
  return SIGNAL_EXIT_CODE_BASE + constants.signals[signal];
}

/** For people, with the code of the system's error. */
export function describeSpawnError(command: string, error: Error & { readonly code?: string }): AnnouncerError {
  if (error instanceof AnnouncerError) return error;
  const [code, what] = SPAWN_FAULTS.get(error.code) ?? ['COMMAND_FAILED', `can't be run (${error.message})`];
  return new AnnouncerError(code, `command "${command}" ${what}`, { cause: error });
}
