import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { locateProgram } from './ambassador.ts';

/** Pictures of pages, which CI keeps. */
const PICTURES = fileURLToPath(new URL('../test-results/', import.meta.url));
const OPEN_MS = 60_000;

interface Seen {
  readonly requests: readonly string[];
  readonly errors: readonly string[];
}

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

  async hover(selector: string): Promise<void> {
    await this.#do({ hover: selector });
  }

  /** A picture of the whole page: `test-results/NAME.png`. */
  async shoot(name: string, width = 1_400, scheme: 'light' | 'dark' = 'light'): Promise<void> {
    await this.#do({ size: [width, 900] });
    await this.#do({ scheme });
    await this.#do({ shot: `${PICTURES}${name}.png` });
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
