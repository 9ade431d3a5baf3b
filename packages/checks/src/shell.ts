import { type ChildProcess, spawn } from 'node:child_process';
import { toError } from '@mdns-ambassador/relay';
import { endProcessTree } from './process-tree.ts';

export type ShellExit =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'failed'; readonly error: Error };

/** One run of a shell command. */
interface ShellRun {
  /** Never rejects. */
  readonly ended: Promise<ShellExit>;
  /** Ends the shell and all that it started. No-op when it has ended. */
  kill(): void;
}

/** `variables` are added to the command's environment. */
export type RunShell = (command: string, variables?: Readonly<Record<string, string>>) => ShellRun;

export interface ShellOptions {
  /** `process.platform` */
  readonly platform: NodeJS.Platform;
  /** `process.env` */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `process.kill`; a negative id means a process group. */
  readonly kill: (pid: number, signal: NodeJS.Signals) => void;
}

/**
 * Runs commands in the platform's shell, without input or output, each in a process group of its own: what the shell
 * starts is killed with it.
 */
export function createShell({ platform, environment, kill }: ShellOptions): RunShell {
  const hasGroups = platform !== 'win32';
  return (command, variables) => {
    let child: ChildProcess;
    try {
      child = spawn(command, {
        shell: true,
        detached: hasGroups,
        stdio: 'ignore',
        windowsHide: true,
        env: { ...environment, ...variables },
      });
    } catch (error) {
      return { ended: Promise.resolve({ kind: 'failed', error: toError(error) }), kill: () => undefined };
    }
    let hasEnded = false;
    const ended = new Promise<ShellExit>((resolve) => {
      child.once('error', (error) => resolve({ kind: 'failed', error }));
      child.once('exit', (code, signal) => {
        hasEnded = true;
        resolve(signal === null ? { kind: 'exited', code: code ?? 0 } : { kind: 'killed', signal });
      });
    });
    return {
      ended,
      kill() {
        if (hasEnded || child.pid === undefined) return;
        if (hasGroups) killGroup(child.pid, kill);
        else endProcessTree({ pid: child.pid, kill: () => child.kill() });
      },
    };
  };
}

function killGroup(leader: number, kill: ShellOptions['kill']): void {
  try {
    kill(-leader, 'SIGKILL');
  } catch {
    // ESRCH: it has ended in the meantime.
  }
}
