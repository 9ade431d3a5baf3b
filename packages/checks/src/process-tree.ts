import { spawn } from 'node:child_process';

/** A process and, where there is no other way, how to end it alone. */
export interface TreeRoot {
  readonly pid: number;
  readonly kill: () => unknown;
}

/** Runs a program of Windows; resolves with whether it did its work; may reject where it can't be started. */
export type RunTool = (file: string, args: readonly string[]) => Promise<boolean>;

/**
 * Ends a process on Windows, which knows no process groups, and all that it started; itself alone where taskkill can't. What has ended
 * already is let be.
 */
export function endProcessTree({ pid, kill }: TreeRoot, run: RunTool = runTool): void {
  void run('taskkill', ['/pid', String(pid), '/T', '/F']).then((isDone) => {
    if (!isDone) kill();
  }, kill);
}

function runTool(file: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const tool = spawn(file, [...args], { stdio: 'ignore', windowsHide: true });
    tool.once('error', () => resolve(false));
    tool.once('exit', (code) => resolve(code === 0));
  });
}
