import { spawn } from 'node:child_process';
import { type FileHandle, open, readdir, readlink } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { type CommandResult, runCommand } from './command.ts';

const READY_TIMEOUT_MS = 60_000;
const SWEEP_TIMEOUT_MS = 60_000;

/**
 * Runs inside the new namespaces for as long as its standard input is open, which is as long as the test runner lives. Then
 * it kills whatever still runs in its network namespace, so that nothing outlives even a runner that was killed.
 */
const HOLD = `
set -eu
trap '' HUP INT TERM
mount -t tmpfs -o mode=755 tmpfs /run
mount -t sysfs sysfs /sys 2>/dev/null || true
mkdir /run/dbus /run/lock
hostname "$1"
printf '127.0.0.1 localhost\\n::1 localhost\\n127.0.1.1 %s\\n' "$1" > /run/hosts
mount --bind /run/hosts /etc/hosts
: > /run/resolv.conf
mount --bind /run/resolv.conf "$(readlink -f /etc/resolv.conf)" 2>/dev/null || true
for setting in accept_dad:0 router_solicitations:0; do
  for scope in all default; do
    echo "\${setting#*:}" > "/proc/sys/net/ipv6/conf/$scope/\${setting%:*}" 2>/dev/null || true
  done
done
ip link set lo up
echo ready
read -r _ || true
own=$(readlink /proc/self/ns/net | sed 's/[][]/\\\\&/g')
for round in $(seq 500); do
  left=$(find /proc/[0-9]*/ns/net -maxdepth 0 -lname "$own" ! -path "/proc/$$/*" 2>/dev/null | cut -d/ -f3 || true)
  alive=
  for id in $left; do
    if kill -9 "$id" 2>/dev/null; then alive=yes; fi
  done
  [ "$alive" ] || exit 0
  sleep 0.02
done
`;

/** A network, mount and host-name namespace, kept by one process; commands enter it through `enter`. */
export class Namespace implements AsyncDisposable {
  readonly #pid: number;
  readonly #id: string;
  /** Keeps the namespace: the kernel soon gives the number of one that is gone to another. */
  readonly #hold: FileHandle;
  readonly #rootless: boolean;
  readonly #stdin: Writable;
  readonly #exited: Promise<void>;
  #survivors: Promise<readonly number[]> | undefined;

  private constructor(
    pid: number,
    id: string,
    hold: FileHandle,
    rootless: boolean,
    stdin: Writable,
    exited: Promise<void>,
  ) {
    this.#pid = pid;
    this.#id = id;
    this.#hold = hold;
    this.#rootless = rootless;
    this.#stdin = stdin;
    this.#exited = exited;
  }

  /**
   * With `rootless` the first namespace opens a user namespace of its own; the following ones must be made `within` it, or
   * the kernel lets no cable be laid between them.
   */
  static async create(name: string, rootless: boolean, within?: Namespace): Promise<Namespace> {
    const own = ['unshare', ...(rootless && !within ? ['--user', '--map-root-user'] : []), '--net', '--mount', '--uts'];
    const argv = [...own, 'sh', '-c', HOLD, 'sh', name];
    const [command, ...args] = within && rootless ? ['nsenter', ...within.#userTarget(), ...argv] : argv;
    // Detached: an interrupt at the terminal must reach the runner, which then cleans up through this process.
    const holder = spawn(command ?? '', args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    const exited = new Promise<void>((resolve) => {
      holder.once('close', () => resolve());
      holder.once('error', () => resolve());
    });
    holder.stdin.on('error', () => {});
    let said = '';
    try {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('not ready in time')), READY_TIMEOUT_MS);
        holder.stderr.on('data', (chunk: Buffer) => {
          said += chunk.toString();
        });
        holder.stdout.once('data', () => {
          clearTimeout(timer);
          resolve();
        });
        holder.once('error', reject);
        void exited.then(() => {
          clearTimeout(timer);
          reject(new Error(said.trim() || 'the holder ended'));
        });
      });
    } catch (cause) {
      holder.stdin.end();
      holder.kill('SIGKILL');
      await exited;
      throw new Error(`cannot make the namespaces of ${name}: ${cause instanceof Error ? cause.message : cause}`);
    }
    const pid = holder.pid ?? 0;
    const link = `/proc/${pid}/ns/net`;
    return new Namespace(pid, await readlink(link), await open(link), rootless, holder.stdin, exited);
  }

  get pid(): number {
    return this.#pid;
  }

  /** The command line that runs `command` inside. The process that is spawned from it becomes `command` itself: same pid. */
  enter(command: string, args: readonly string[]): readonly [string, readonly string[]] {
    const target = [...(this.#rootless ? this.#userTarget() : ['-t', `${this.#pid}`]), '-n', '-m', '-u'];
    return ['nsenter', [...target, 'setpriv', '--pdeathsig', 'KILL', command, ...args]];
  }

  /** Runs a command that has to succeed. */
  async configure(command: string, args: readonly string[], input?: string): Promise<CommandResult> {
    const [entered, rest] = this.enter(command, args);
    const result = await runCommand(entered, rest, input === undefined ? {} : { input });
    if (result.code !== 0) {
      const fed = input === undefined ? '' : ` <<< ${input.trim()}`;
      throw new Error(`${command} ${args.join(' ')}${fed}: ${(result.stderr + result.stdout).trim()}`);
    }
    return result;
  }

  /** The ids of the processes inside, the holder too; after `close`, of those that outlived it. */
  async processes(): Promise<readonly number[]> {
    return await (this.#survivors ?? this.#findProcesses());
  }

  /** Kills everything inside and gives the namespaces back. Idempotent. */
  async close(): Promise<void> {
    this.#survivors ??= this.#end();
    await this.#survivors;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #end(): Promise<readonly number[]> {
    this.#stdin.end();
    const late = setTimeout(() => process.kill(this.#pid, 'SIGKILL'), SWEEP_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(late);
    const survivors = await this.#findProcesses();
    await this.#hold.close();
    return survivors;
  }

  async #findProcesses(): Promise<readonly number[]> {
    const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const inside = await Promise.all(
      ids.map(async (id) => (await readlink(`/proc/${id}/ns/net`).catch(() => '')) === this.#id),
    );
    return ids.filter((_, index) => inside[index]).map(Number);
  }

  #userTarget(): readonly string[] {
    return ['-t', `${this.#pid}`, '-U', '--preserve-credentials'];
  }
}
