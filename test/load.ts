import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { spawnProgram } from './ambassador.ts';

/** What test/programs/load.mjs counted. Times are of the wall clock, in milliseconds. */
export interface Tally {
  readonly answered: number;
  readonly failures: readonly { readonly begunAt: number; readonly tookMs: number; readonly how: string }[];
  readonly worstMs: number;
  readonly p99Ms: number;
  /** Those that took more than 100 ms. */
  readonly slow: readonly { readonly begunAt: number; readonly tookMs: number }[];
  readonly by: Readonly<Record<string, number>>;
  /** The last answer of each: when, and when its connection was begun. */
  readonly lastBy: Readonly<Record<string, { readonly at: number; readonly begunAt: number }>>;
  readonly seconds: number;
}

export interface LoadOptions {
  readonly concurrency?: number;
  /** Milliseconds between two connections of one of them. */
  readonly pauseMs?: number;
}

const CONCURRENCY = 8;
/** For 200 answers. */
const LINES_EACH = 2;
/** Who begins so long after a cut may meet what was cut. */
const NEAR_MS = 2_000;

/** Clients on a host that ask 127.0.0.1:7000 `who`, over a new connection each time. */
export class Load {
  readonly #process: HostProcess;

  private constructor(process: HostProcess) {
    this.#process = process;
  }

  static async start(host: Host, options: LoadOptions = {}): Promise<Load> {
    const pause = options.pauseMs === undefined ? [] : [`${options.pauseMs}`];
    const process = spawnProgram(host, 'load', '127.0.0.1', '7000', `${options.concurrency ?? CONCURRENCY}`, ...pause);
    await process.line(/^ready/);
    return new Load(process);
  }

  /** Each time is 200 more connections answered, from now on, within `timeout` milliseconds. */
  async moreAnswers(times: number, options: { readonly timeout?: number } = {}): Promise<void> {
    const since = Date.now();
    // Of those of the first line some were answered before.
    for (let lines = 0; lines <= LINES_EACH * times; lines++) await this.#answered(since, options);
  }

  /** Waits until the last of 100 answers is this one's, from now on. */
  async lastAnswerBy(name: string): Promise<void> {
    const since = Date.now();
    while ((await this.#answered(since)) !== name);
  }

  /** Waits until somebody answers, after `since`, who did not for a second: milliseconds since 1970. */
  async heard(name: string, since = 0): Promise<void> {
    for (let at = -1; at < since; ) {
      at = Number((await this.#process.line(new RegExp(`^heard ${name} at (\\d+)$`)))[1]);
    }
  }

  /** Waits until a connection fails. */
  async failed(): Promise<void> {
    await this.#process.line(/^failed: /);
  }

  async finish(): Promise<Tally> {
    this.#process.stdin.end();
    const [json] = await this.#process.line(/^\{.*\}$/);
    return JSON.parse(json);
  }

  /** Waits for the next line of answers of which the last was given after `since`; who gave it. */
  async #answered(since: number, options: { readonly timeout?: number } = {}): Promise<string> {
    for (;;) {
      const [, at, name = ''] = await this.#process.line(/^answered \d+ at (\d+) by (.*)$/, options);
      if (Number(at) > since) return name;
    }
  }
}

/** Connections that were begun after `time` and failed. */
export function failedAfter({ failures }: Tally, time: number): Tally['failures'] {
  return failures.filter(({ begunAt }) => begunAt > time);
}

/** The longest that a connection begun after `time` took, 0 where none took more than 100 ms. */
export function worstAfter({ slow }: Tally, time: number): number {
  return Math.max(0, ...slow.filter(({ begunAt }) => begunAt > time).map(({ tookMs }) => tookMs));
}

/** A time in which what is under way may be cut. Milliseconds since 1970. */
export interface Cut {
  readonly from: number;
  readonly to: number;
}

/** Whether it was under way at one of these times. */
export function isCut({ begunAt, tookMs }: Tally['slow'][number], cuts: readonly Cut[]): boolean {
  return cuts.some(({ from, to }) => begunAt <= to && begunAt + tookMs >= from);
}

/** Those who came near a cut and waited longer than `mostMs`, and than twice what the machine had anybody else wait. */
export function keptWaiting({ slow }: Tally, cuts: readonly Cut[], mostMs: number): Tally['slow'] {
  const near = cuts.map(({ from, to }): Cut => ({ from, to: to + NEAR_MS }));
  const longestMs = Math.max(0, ...slow.filter((one) => !isCut(one, near)).map(({ tookMs }) => tookMs));
  return slow.filter((one) => isCut(one, near) && one.tookMs > Math.max(mostMs, 2 * longestMs));
}
