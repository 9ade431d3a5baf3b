import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandResult, type Host, type HostProcess, runCommand } from '@mdns-ambassador/testkit';
import { locateProgram } from '../ambassador.ts';
import { installNode } from './node-exe.ts';

const WINE = '/usr/lib/wine/wine64';
const WINE_SERVER = '/usr/lib/wine/wineserver64';
const RUN = fileURLToPath(new URL('wine.sh', import.meta.url));
const COLLECT = fileURLToPath(new URL('../../docker/collect.mjs', import.meta.url));
const BOOT_TIMEOUT_MS = 400_000;
/** A start takes three seconds; on a machine with two busy processors it was seen to take seventy. */
const PATIENCE_MS = 200_000;

const AMBASSADOR = 'C:\\Program Files\\ambassador\\packages\\cli\\bin\\ambassador.js';
/** Where programs run, and files of a test stand. */
const FOLDER = 'C:\\My Work';

/** Windows on a host of the lab: Wine, whose server opens its sockets in the host's namespaces, and Windows' own Node. */
export class WindowsHost implements AsyncDisposable {
  /** The path of its Node. */
  static readonly NODE = 'C:\\Program Files\\nodejs\\node.exe';
  readonly host: Host;
  readonly #prefix: string;

  private constructor(host: Host, prefix: string) {
    this.host = host;
    this.#prefix = prefix;
  }

  /** Takes ten seconds. Needs the packages built. */
  static async boot(host: Host): Promise<WindowsHost> {
    const windows = new WindowsHost(host, await mkdtemp('/tmp/windows-host-'));
    try {
      await windows.#install();
      return windows;
    } catch (error) {
      await windows.close();
      throw error;
    }
  }

  /** The path by which Linux knows a file of the folder in which programs run. */
  locate(name = ''): string {
    return join(this.#drive, 'My Work', name);
  }

  /** The path by which Linux knows what Windows writes like this: `C:\\users\\...`. */
  locatePath(path: string): string {
    return join(this.#drive, ...path.split('\\').slice(1));
  }

  /** The name of a file of that folder as Windows writes it. */
  static path(name: string): string {
    return `${FOLDER}\\${name}`;
  }

  async write(name: string, text: string | Uint8Array): Promise<void> {
    await writeFile(this.locate(name), text);
  }

  /** Runs the built command line to its end. */
  async run(...args: readonly string[]): Promise<CommandResult> {
    return await this.runNode(AMBASSADOR, ...args);
  }

  async runNode(...args: readonly string[]): Promise<CommandResult> {
    return await this.host.run(RUN, [this.locate(), WINE, WindowsHost.NODE, ...args], {
      env: this.#environment,
      timeout: PATIENCE_MS,
    });
  }

  /** Starts the built command line. `stop('SIGTERM')` ends it at once, without a last word. */
  spawn(...args: readonly string[]): HostProcess {
    return this.spawnNode(AMBASSADOR, ...args);
  }

  spawnNode(...args: readonly string[]): HostProcess {
    return this.host.spawn(RUN, [this.locate(), WINE, WindowsHost.NODE, ...args], {
      env: this.#environment,
      timeout: PATIENCE_MS,
    });
  }

  /** Starts it on a console of its own: what is written to `stdin` is typed there, Ctrl-C too. */
  spawnOnConsole(...args: readonly string[]): HostProcess {
    const env = { ...this.#environment, CONSOLE: 'yes', TERM: 'xterm' };
    return this.host.spawn(RUN, [this.locate(), WINE, WindowsHost.NODE, AMBASSADOR, ...args], {
      env,
      timeout: PATIENCE_MS,
    });
  }

  /** What runs the built command line in a terminal of Linux, which is its console then, as a shell reads it. */
  get command(): string {
    const words = [WINE, WindowsHost.NODE, AMBASSADOR];
    const settings = Object.entries(this.#environment).map(([name, value]) => `${name}=${value}`);
    return ['env', `--chdir=${this.locate()}`, ...settings, ...words].map((word) => `'${word}'`).join(' ');
  }

  /** Call it when the lab is closed, which ends all that runs here. Idempotent. */
  async close(): Promise<void> {
    const { dev, ino } = await stat(this.#prefix).catch(() => ({ dev: 0, ino: 0 }));
    const server = `/tmp/.wine-${process.getuid?.() ?? 0}/server-${dev.toString(16)}-${ino.toString(16)}`;
    for (const left of [server, this.#prefix]) await rm(left, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #drive(): string {
    return join(this.#prefix, 'drive_c');
  }

  get #environment(): Readonly<Record<string, string>> {
    return {
      WINEPREFIX: this.#prefix,
      WINEARCH: 'win64',
      WINEDEBUG: '-all',
      // No .NET, no browser, no entries in menus.
      WINEDLLOVERRIDES: 'mscoree,mshtml=;winemenubuilder.exe=',
      // Wine is an older Windows than Node asks for.
      NODE_SKIP_PLATFORM_CHECK: '1',
    };
  }

  async #install(): Promise<void> {
    const env = this.#environment;
    const booting = async (): Promise<void> => {
      // The server does not end with its last program: it is started once for all tests. What Wine starts keeps the streams open.
      const boot = `exec </dev/null >/dev/null 2>&1; ${WINE_SERVER} --persistent && ${WINE} wineboot --init`;
      await this.host.read('sh', ['-c', boot], { env, timeout: BOOT_TIMEOUT_MS });
    };
    const [node] = await Promise.all([installNode(), booting()]);
    await mkdir(join(this.#drive, 'Program Files/nodejs'), { recursive: true });
    await mkdir(this.locate(), { recursive: true });
    await symlink(node, join(this.#drive, 'Program Files/nodejs/node.exe'));
    const collected = await runCommand(process.execPath, [COLLECT, join(this.#drive, 'Program Files/ambassador')]);
    if (collected.code !== 0) throw new Error(collected.stderr);
    for (const file of ['service.mjs', 'bytes.mjs']) await symlink(locateProgram(file), this.locate(file));
  }
}
