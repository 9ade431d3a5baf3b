import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { locateProgram } from './ambassador.ts';

/** Pictures of pages, which CI keeps. */
const PICTURES = fileURLToPath(new URL('../test-results/', import.meta.url));
/** On a machine whose processors have twenty others to serve it took more than a minute. */
const OPEN_MS = 150_000;

interface Seen {
  readonly requests: readonly string[];
  readonly errors: readonly string[];
}

export type Place = readonly [x: number, y: number];

/** A page in a headless Chromium on a host of the lab. */
export class Browser {
  readonly #program: HostProcess;
  #answers = 0;

  private constructor(program: HostProcess) {
    this.#program = program;
  }

  /** `how`: `dark`, `noscript`. */
  static async open(host: Host, url: string, ...how: readonly string[]): Promise<Browser> {
    mkdirSync(PICTURES, { recursive: true });
    const args = [locateProgram('browser.mjs'), url, '1400', '900', ...how];
    const program = host.spawn(process.execPath, args);
    await program.line(/^ready$/, { timeout: OPEN_MS });
    return new Browser(program);
  }

  /** The value of an expression in the page. */
  async run<Value>(code: string): Promise<Value> {
    return (await this.#do({ run: code })) as Value;
  }

  /** Waits until the expression is true in the page, as it is drawn. */
  async until(condition: string): Promise<void> {
    await this.run(
      `new Promise((done) => { const look = () => (${condition}) ? done(true) : setTimeout(look, 20); look(); })`,
    );
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const press of keys) await this.#do({ press });
  }

  /** The mouse, to a place of what is seen, in pixels. */
  async move(place: Place): Promise<void> {
    await this.#do({ move: place });
  }

  async tap(place: Place): Promise<void> {
    await this.#do({ tap: place });
  }

  /** A picture of the whole page: `test-results/NAME.png`. */
  async shoot(name: string, width = 1_400, scheme: 'light' | 'dark' = 'light'): Promise<void> {
    await this.dress(width, scheme);
    await this.#do({ shot: `${PICTURES}${name}.png` });
  }

  async dress(width: number, scheme: 'light' | 'dark'): Promise<void> {
    await this.#do({ size: [width, 900] });
    await this.#do({ scheme });
  }

  /** What a screen reader gets: a line for each node, `ROLE\tNAME`, and behind it a value where there is one. */
  async tree(): Promise<readonly string[]> {
    return (await this.#do({ tree: true })) as readonly string[];
  }

  /** Texts and lines that can hardly be read or seen as they are drawn now, with their contrast (WCAG 1.4.3, 1.4.11). */
  async faint(): Promise<readonly string[]> {
    return (await this.#do({ faint: true })) as readonly string[];
  }

  /** What it asked for, and what went wrong, so far. */
  async see(): Promise<Seen> {
    return (await this.#do({ requests: true })) as Seen;
  }

  async close(): Promise<void> {
    this.#program.stdin.end();
    await this.#program.exited;
  }

  async #do(command: object): Promise<unknown> {
    this.#answers += 1;
    this.#program.stdin.write(`${JSON.stringify({ number: this.#answers, ...command })}\n`);
    const [line] = await this.#program.line(new RegExp(`^\\{"number":${this.#answers},.*`), { stream: 'stdout' });
    return JSON.parse(line).value;
  }
}
