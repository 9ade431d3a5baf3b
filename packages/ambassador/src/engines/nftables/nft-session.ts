import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type PacketCount, parseCounters } from './counters.ts';
import { explainNft, spawnNft } from './nft.ts';

const LIST = 'list counters table ip';
/** An answer that takes longer is none. */
const ANSWER_MS = 10_000;
/** Of what nft has against a command. */
const MOST_OBJECTIONS = 20;
/** Below a command that nft does not obey it points at a word. */
const POINTER = /^[\s^]*$/;
const NOT_ALLOWED = /cache initialization failed/;

interface Asked {
  readonly listing: string;
  readonly resolve: (counters: ReadonlyMap<string, PacketCount>) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * One nft that reads commands and owns a table: the kernel removes it when nft ends, and nft ends with its input, which is the end of
 * ambassador, however that ends.
 */
export class NftSession {
  /** Never rejects. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #table: string;
  /** In the order asked; each is answered by a line. */
  readonly #asked: Asked[] = [];
  readonly #objections: string[] = [];
  #hasEnded = false;

  constructor(nft: string, table: string) {
    this.#table = table;
    this.#child = spawnNft(nft);
    this.#child.stdin?.on('error', () => undefined);
    this.ended = new Promise<void>((resolve) => {
      this.#child.once('error', () => resolve());
      // What it said last has been read by then.
      this.#child.once('close', () => resolve());
    }).then(() => {
      this.#hasEnded = true;
      const words = this.#objections.join('\n');
      for (const one of this.#asked.splice(0)) this.#refuse(one, explainNft(words === '' ? 'it has ended' : words));
    });
    if (this.#child.stdout !== null) {
      createInterface({ input: this.#child.stdout }).on('line', (line) => this.#take(line));
    }
  }

  /** Does all of it or nothing; resolves with the table's counters afterwards. Rejects with an AmbassadorError, or when nft has ended. */
  run(commands?: string): Promise<ReadonlyMap<string, PacketCount>> {
    return this.#ask(this.#table, commands);
  }

  /** Whether there is a table of this name, of whomever. Rejects when nft has ended. */
  async hasTable(name: string): Promise<boolean> {
    try {
      // Of tables that are owned nft 1.0.6 writes flags that are none.
      await this.#ask(name);
      return true;
    } catch (error) {
      if (this.#hasEnded) throw error;
      return false;
    }
  }

  /** Its table goes with it. Resolves when it has ended. */
  async close(): Promise<void> {
    this.#child.stdin?.end();
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), ANSWER_MS);
    await this.ended;
    clearTimeout(kill);
  }

  #ask(table: string, commands?: string): Promise<ReadonlyMap<string, PacketCount>> {
    return new Promise((resolve, reject) => {
      if (this.#hasEnded) {
        reject(explainNft('it has ended'));
        return;
      }
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), ANSWER_MS);
      const listing = `${LIST} ${table}`;
      this.#asked.push({ listing, resolve, reject, timer });
      if (commands !== undefined) this.#child.stdin?.write(`${commands}\n`);
      this.#child.stdin?.write(`${listing}\n`);
    });
  }

  #take(line: string): void {
    const [one] = this.#asked;
    const counters = one === undefined ? undefined : parseCounters(line);
    if (counters === undefined) {
      if (this.#objections.length < MOST_OBJECTIONS) this.#objections.push(line);
      // Without the capability it says so before it has read the command, and goes on.
      if (NOT_ALLOWED.test(line)) this.#child.kill('SIGKILL');
      // nft repeats what it does not obey: there is no such table, so this is the answer.
      if (one === undefined || !line.startsWith(one.listing)) return;
    }
    this.#asked.shift();
    const objections = this.#objections.splice(0).filter((words) => !POINTER.test(words));
    if (one === undefined) return;
    if (counters === undefined || objections.length > 0) this.#refuse(one, explainNft(objections.join('\n')));
    else {
      clearTimeout(one.timer);
      one.resolve(counters);
    }
  }

  #refuse({ reject, timer }: Asked, error: Error): void {
    clearTimeout(timer);
    reject(error);
  }
}

/** Resolves when the child has ended. */
export async function untilEnded(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
