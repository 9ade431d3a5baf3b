import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '@mdns-ambassador/relay';
import { AmbassadorError } from '../../ambassador-error.ts';
import { type Ask, createAsk } from './runtime-api.ts';

/** By PATH, and where Debian has it, which is not in an ordinary user's PATH. */
const PROGRAMS = ['haproxy', '/usr/local/sbin/haproxy', '/usr/sbin/haproxy'];
const START_MS = 5_000;
const START_LOOK_MS = 10;
/** Of what it says when it fails. */
const MOST_WORDS = 4_096;
/** Descriptors of a child from here on are those that are passed. */
export const FIRST_PASSED_FD = 3;

/**
 * Waits for the end of its input, which is the end of ambassador, however that ends; then haproxy listens no more, finishes
 * what it carries, and its folder is removed.
 */
const GUARD = 'read -r _; kill -USR1 "$1"; rm -rf "$2"';

export interface HaproxyStart {
  readonly folder: string;
  /** Tells this start from the others in the folder. */
  readonly number: number;
  readonly configuration: string;
  readonly adminPath: string;
  /** Become 3 and the following. */
  readonly fds: readonly number[];
  /** A line of its log. Absent: it keeps none. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** An haproxy of our own. */
export class HaproxyProcess {
  readonly ask: Ask;
  /** How it ended, for people: `SIGKILL`, `exit code 1`. Never rejects. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  readonly #guard: ChildProcess;
  #hasEnded = false;

  private constructor(child: ChildProcess, pid: number, { folder, adminPath }: HaproxyStart) {
    this.#child = child;
    this.ask = createAsk(adminPath);
    this.#guard = spawn('/bin/sh', ['-c', GUARD, 'sh', String(pid), folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.#guard.on('error', () => undefined);
    this.#guard.stdin?.on('error', () => undefined);
    this.ended = once(child, 'exit').then(([code, signal]) => {
      this.#hasEnded = true;
      this.#guard.kill('SIGKILL');
      return typeof signal === 'string' ? signal : `exit code ${code}`;
    });
  }

  /** Resolves when it answers. Rejects with an AmbassadorError: HAPROXY_MISSING, or HAPROXY_FAILED with its own words. */
  static async start(options: HaproxyStart): Promise<HaproxyProcess> {
    const file = `${options.folder}/${options.number}.cfg`;
    writeFileSync(file, options.configuration, { mode: 0o600 });
    const { child, pid } = await spawnHaproxy(file, options);
    let words = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-MOST_WORDS);
    });
    if (child.stdout !== null && options.onLine !== undefined) {
      createInterface({ input: child.stdout }).on('line', options.onLine);
    }
    const started = new HaproxyProcess(child, pid, options);
    await started.#untilItAnswers(() => words);
    return started;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Takes no more clients, and ends with the last connection. */
  finish(): void {
    if (!this.#hasEnded) this.#child.kill('SIGUSR1');
  }

  /** At once. Resolves when it is gone. */
  async kill(): Promise<void> {
    if (!this.#hasEnded) this.#child.kill('SIGKILL');
    await this.ended;
  }

  async #untilItAnswers(words: () => string): Promise<void> {
    const deadline = performance.now() + START_MS;
    while (!this.#hasEnded && performance.now() < deadline) {
      const answer = await this.ask('show info').catch(() => undefined);
      if (answer !== undefined) return;
      await sleep(START_LOOK_MS);
    }
    await this.kill();
    const alert = /\[ALERT\][^:]*: *(.*)/.exec(words())?.[1] ?? 'it did not say why';
    throw new AmbassadorError('HAPROXY_FAILED', `haproxy does not start: ${alert}`);
  }
}

async function spawnHaproxy(
  file: string,
  { onLine, fds }: HaproxyStart,
): Promise<{ child: ChildProcess; pid: number }> {
  for (const program of PROGRAMS) {
    const child = spawn(program, ['-db', '-f', file], {
      stdio: ['ignore', onLine === undefined ? 'ignore' : 'pipe', 'pipe', ...fds],
      // A terminal's Ctrl-C is for ambassador, which then lets connections finish.
      detached: true,
    });
    const failed = new Promise<Error>((resolve) => child.on('error', resolve));
    if (child.pid !== undefined) return { child, pid: child.pid };
    const failure = await failed;
    if (errorCode(failure) !== 'ENOENT' || program === PROGRAMS.at(-1)) throw explainMissing(failure);
  }
  throw new AmbassadorError('HAPROXY_MISSING', 'no program to start');
}

function explainMissing(cause: Error): AmbassadorError {
  return errorCode(cause) === 'ENOENT'
    ? new AmbassadorError(
        'HAPROXY_MISSING',
        'engine haproxy needs the program haproxy, which is not installed; install the package "haproxy", or write engine node',
        { cause },
      )
    : new AmbassadorError('HAPROXY_FAILED', `haproxy does not start: ${cause.message}`, { cause });
}
