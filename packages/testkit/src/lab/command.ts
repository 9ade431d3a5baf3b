import { spawn } from 'node:child_process';

/** Against hanging, no measure: on a busy machine, Node alone may need seconds to start. */
export const DEFAULT_TIMEOUT_MS = 60_000;

export interface CommandOptions {
  /** Milliseconds after which the command is killed and the call fails. */
  readonly timeout?: number;
  /** Goes to its standard input. */
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

export interface CommandResult {
  /** Absent when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command inside the lab finds in its environment: nothing of the test runner's but where programs are. */
export function composeEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin`, HOME: '/run', LANG: 'C.UTF-8', TMPDIR: '/run', ...extra };
}

/** Resolves with whatever the command ended with; rejects only if it could not start or did not end in time. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const timeout = options.timeout ?? DEFAULT_TIMEOUT_MS;
  const child = spawn(command, args, { env: composeEnvironment(options.env), stdio: 'pipe' });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => {});
  child.stdin.end(options.input);
  return await new Promise<CommandResult>((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, timeout);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const said = { stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
      if (isLate) {
        const spoken = `${said.stdout.slice(-2_000)}${said.stderr.slice(-2_000)}`.trim();
        reject(new Error(`did not end within ${timeout} ms: ${[command, ...args].join(' ')}\n${spoken}`));
      } else {
        resolve({ code: code ?? undefined, signal: signal ?? undefined, ...said });
      }
    });
  });
}
