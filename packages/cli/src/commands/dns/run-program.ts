import { execFile } from 'node:child_process';

const TIMEOUT_MS = 30_000;

/** What it printed; undefined where it can't be run, fails, or takes too long. Nothing is asked of who types. */
export function runProgram(program: string, words: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = execFile(program, words, { timeout: TIMEOUT_MS, windowsHide: true }, (error, printed) =>
      resolve(error === null ? printed : undefined),
    );
    child.stdin?.end();
  });
}
