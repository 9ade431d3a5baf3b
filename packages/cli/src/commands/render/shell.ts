import { spawn } from 'node:child_process';
import { errorMessage } from '@mdns-ambassador/relay';

/** A command that takes longer is killed. */
const TIMEOUT_MS = 60_000;
/** What is kept of its output: the end says most. */
const MOST_OUTPUT = 16_384;

/** What became of a command of the user's: `end` says how it ended, for people. */
export interface ShellOutcome {
  readonly isOk: boolean;
  readonly end: string;
  /** Both streams, without the last line end. */
  readonly output: string;
}

export type RunCommandLine = (command: string) => Promise<ShellOutcome>;

/** Runs a command line in the user's shell (`sh -c`, `cmd /c`), without input. Never rejects. */
export const runCommandLine: RunCommandLine = (command) =>
  new Promise<ShellOutcome>((resolve) => {
    const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-MOST_OUTPUT);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) => resolve({ isOk: false, end: error.message, output: '' }));
    // Not `close`: a daemon that it started may hold the streams.
    child.once('exit', (code, signal) => {
      setImmediate(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        resolve({
          isOk: code === 0,
          end: code === null ? `ended by ${signal}` : `exit code ${code}`,
          output: output.trimEnd(),
        });
      });
    });
  }).catch((error: unknown) => ({ isOk: false, end: errorMessage(error), output: '' }));

/** One word for the shell, whatever is in it. */
export function quoteShellWord(word: string, platform: NodeJS.Platform): string {
  return platform === 'win32' ? `"${word}"` : `'${word.replaceAll("'", `'\\''`)}'`;
}
