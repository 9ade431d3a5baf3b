import { spawn } from 'node:child_process';

/** Ends a process on Windows, which knows no process groups, and all that it started. What has ended already is let be. */
export function endProcessTree(pid: number): void {
  const taskkill = spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true });
  taskkill.on('error', () => undefined);
}
