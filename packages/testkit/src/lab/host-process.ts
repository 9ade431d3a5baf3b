import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { composeEnvironment, DEFAULT_TIMEOUT_MS } from './command.ts';

const LINES_IN_AN_ERROR = 30;

/** How a process ended: one of the two. */
export interface Exit {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly timeout?: number;
}

export interface LineOptions {
  /** Milliseconds. */
  readonly timeout?: number;
  /** Default: either. */
  readonly stream?: 'stdout' | 'stderr';
}

interface OutputLine {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** A process that keeps running on a host of the lab while the test goes on. */
export class HostProcess {
  /** What was typed, for messages: `h1$ redis-server --port 12345`. */
  readonly title: string;
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: OutputLine[] = [];
  readonly #watchers = new Set<() => void>();
  readonly #patience: number;
  #consumed = 0;
  #exit: Exit | undefined;

  /** `timeout`: what `line`, `until` and `stop` wait for where they are told nothing else, in milliseconds. */
  constructor(
    title: string,
    command: string,
    args: readonly string[],
    { env, timeout = DEFAULT_TIMEOUT_MS }: SpawnOptions = {},
  ) {
    this.title = title;
    this.#patience = timeout;
    this.#child = spawn(command, args, { env: composeEnvironment(env), stdio: 'pipe' });
    this.#child.stdin.on('error', () => {});
    for (const stream of ['stdout', 'stderr'] as const) {
      createInterface({ input: this.#child[stream] }).on('line', (text) => {
        this.#lines.push({ stream, text });
        this.#wake();
      });
    }
    this.exited = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => {
        this.#exit = { code: code ?? undefined, signal: signal ?? undefined };
        this.#wake();
        resolve(this.#exit);
      });
    });
    this.exited.catch(() => {});
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get stdin(): Writable {
    return this.#child.stdin;
  }

  get stdout(): string {
    return this.#text((line) => line.stream === 'stdout');
  }

  get stderr(): string {
    return this.#text((line) => line.stream === 'stderr');
  }

  /** For messages: what was typed, and how it ended, once it has. */
  get outcome(): string {
    const end = this.#exit?.signal ?? this.#exit?.code;
    return end === undefined ? this.title : `${this.title} (ended with ${end})`;
  }

  /** Both streams, in the order in which their lines came. */
  get output(): string {
    return this.#text(() => true);
  }

  /**
   * Waits for the next line that matches, and consumes what came before it. Rejects with the output so far when the time is
   * over or the process ends first.
   */
  async line(pattern: RegExp, options: LineOptions = {}): Promise<RegExpExecArray> {
    return await this.#await(options.timeout ?? this.#patience, `no line matched ${pattern}`, () => {
      for (let index = this.#consumed; index < this.#lines.length; index++) {
        const line = this.#lines[index];
        const isLookedAt = line && (options.stream ?? line.stream) === line.stream;
        const match = isLookedAt ? pattern.exec(line.text) : null;
        if (match) {
          this.#consumed = index + 1;
          return match;
        }
      }
      return undefined;
    });
  }

  /** What was said so far is over: `line` looks at what comes from now on. */
  skip(): void {
    this.#consumed = this.#lines.length;
  }

  /** Waits until the whole output so far satisfies `predicate`, whatever the order of its lines. */
  async until(predicate: (output: string) => boolean, options: { readonly timeout?: number } = {}): Promise<void> {
    const check = (): true | undefined => (predicate(this.output) ? true : undefined);
    await this.#await(options.timeout ?? this.#patience, 'the output never became what was awaited', check);
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    this.#child.kill(signal);
  }

  /** Signals and waits for the end; rejects after `timeout` milliseconds. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', options: { readonly timeout?: number } = {}): Promise<Exit> {
    const timeout = options.timeout ?? this.#patience;
    this.kill(signal);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#error(`did not end within ${timeout} ms of ${signal}`)), timeout);
    });
    try {
      return await Promise.race([this.exited, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #await<T>(timeout: number, complaint: string, look: () => T | undefined): Promise<T> {
    return await new Promise<T>((resolve, reject) => {
      const settle = (): void => {
        const found = look();
        if (found !== undefined) {
          stop();
          resolve(found);
        } else if (this.#exit !== undefined) {
          stop();
          reject(this.#error(`${complaint} before the process ended`));
        }
      };
      const timer = setTimeout(() => {
        stop();
        reject(this.#error(`${complaint} within ${timeout} ms`));
      }, timeout);
      const stop = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(settle);
      };
      this.#watchers.add(settle);
      settle();
    });
  }

  #wake(): void {
    for (const watcher of [...this.#watchers]) {
      watcher();
    }
  }

  #text(filter: (line: OutputLine) => boolean): string {
    return this.#lines
      .filter(filter)
      .map((line) => `${line.text}\n`)
      .join('');
  }

  #error(complaint: string): Error {
    const last = this.#lines.slice(-LINES_IN_AN_ERROR).map((line) => `  ${line.text}`);
    return new Error([`${complaint}: ${this.title}`, ...last].join('\n'));
  }
}
