import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  accessSync,
  chmodSync,
  constants,
  type Dirent,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Peer } from '@mdns-ambassador/testkit';
import { type Absence, explainAbsence } from './lab-test.ts';

const COLLECT = fileURLToPath(new URL('../docker/collect.mjs', import.meta.url));
const PROGRAM_FOLDER = 'opt/ambassador';
/** Of the command in it. */
export const PROGRAM: string = `/${PROGRAM_FOLDER}/packages/cli/bin/ambassador.js`;
const SYSTEMD = '/lib/systemd/systemd';
/** By libpam-systemd a user's own systemd begins. */
const NEEDS: readonly Peer[] = ['systemd', 'dbus-daemon', 'pam-systemd'];
/** `/var/lib/private` is systemd's, for the state of any unit with a user of its own. */
const UNCOUNTED =
  /^\/(?:opt\/ambassador|var\/(?:log|lib\/systemd|cache|tmp)|tmp|run)\/|^\/var\/lib\/private$|^\/(?:root|home\/\w+)\/\.local(?:$|\/state(?:$|\/))/;
/** Against hanging: on a quiet machine it boots in two seconds. */
const PATIENCE_MS = 180_000;
const LOOK_MS = 100;

/**
 * `$1` has `upper`, `work` and `root`. What this machine would start by itself is left out, once; what is installed later stays. A character
 * device 0/0 in the upper layer hides a folder whole (overlayfs' whiteout), however much is in it.
 */
const BOOT = `
set -e
cd "$1"
if [ ! -e laid ]; then
  mkdir -p upper/etc/systemd upper/var/lib/systemd
  for hidden in etc/systemd/system root var/lib/systemd/linger; do mknod upper/$hidden c 0 0; done
fi
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
if [ ! -e laid ]; then
  touch laid
  mkdir root/etc/systemd/system
  mkdir -m 700 root/root
  for unit in console-getty getty@tty1 systemd-timesyncd; do ln -s /dev/null root/etc/systemd/system/$unit.service; done
fi
mount -t proc proc root/proc
mount -t sysfs sysfs root/sys
mount -t cgroup2 cgroup2 root/sys/fs/cgroup
for folder in run tmp dev; do mount -t tmpfs tmpfs root/$folder; done
for device in null zero full random urandom tty; do touch root/dev/$device; mount --bind /dev/$device root/dev/$device; done
mkdir root/dev/pts root/dev/shm
mount -t devpts devpts root/dev/pts -o newinstance,ptmxmode=0666
ln -s pts/ptmx root/dev/ptmx
ln -s /proc/self/fd root/dev/fd
exec chroot root env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin ${SYSTEMD} --system --unit=multi-user.target
`;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const runFile = promisify(execFile);

/**
 * This machine's files with a systemd of their own as process 1: in namespaces, without a network but loopback, and without anything
 * that runs here. What is written is kept over a reboot and thrown away at the end.
 */
export class BootedSystem {
  readonly #folder = mkdtempSync('/dev/shm/booted-system-');
  readonly #group: string;
  #shell: ChildProcess | undefined;
  #init = 0;

  private constructor(groups: string) {
    this.#group = mkdtempSync(join(groups, 'booted-system-'));
    // A user's systemd makes groups below.
    chmodSync(this.#group, 0o755);
    for (const name of ['upper', 'work', 'root']) mkdirSync(join(this.#folder, name));
  }

  /** Why there can be none here; undefined where there can. */
  static async explainAbsence(): Promise<Absence | undefined> {
    const absence = await explainAbsence(NEEDS);
    if (absence !== undefined || findGroups() !== undefined) return absence;
    return { kind: 'skipped', reason: 'needs a cgroup2 that can be written to' };
  }

  /** Boots it, with the program installed for all users. */
  static async boot(): Promise<BootedSystem> {
    const system = new BootedSystem(findGroups() ?? '');
    try {
      await runFile(process.execPath, [COLLECT, join(system.#folder, 'upper', PROGRAM_FOLDER)]);
      await system.#start();
      return system;
    } catch (error) {
      await system.close();
      throw error;
    }
  }

  /**
   * What is there and was not in this machine, is another now, or was taken away, and what it is, content and rights: files, links, folders.
   * Without logs, and the state that a user's commands share.
   */
  async describeWritten(): Promise<Readonly<Record<string, string>>> {
    const upper = join(this.#folder, 'upper');
    const found = await readdir(upper, { recursive: true, withFileTypes: true });
    const described = found
      .map((entry) => ({ entry, path: join(entry.parentPath, entry.name).slice(upper.length) }))
      .filter(({ path }) => !UNCOUNTED.test(path))
      .map(({ entry, path }) => [path, describeEntry(entry)] as const);
    return Object.fromEntries(described.toSorted(([a], [b]) => a.localeCompare(b)));
  }

  /** The id of its process 1 outside, by which its namespaces are entered. */
  get pid(): number {
    return this.#init;
  }

  /** Runs a command in it, as root; `as` names another user. */
  async run(words: readonly string[], as?: string): Promise<Outcome> {
    const runtime = as === undefined ? [] : ['runuser', '-u', as, '--', 'sh', '-c', USER_SHELL, 'sh'];
    const clean = ['env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'LANG=C.UTF-8'];
    const enter = ['--target', `${this.#init}`, '--all', '--root', '--wd', ...clean, ...runtime, ...words];
    try {
      return { code: 0, ...(await runFile('nsenter', enter, { timeout: PATIENCE_MS })) };
    } catch (error) {
      if (isOutcome(error)) return error;
      throw error;
    }
  }

  /** Runs a command in it, as root, that has to end with code 0; its standard output. */
  async read(...words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(words);
    if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}: ${stdout}${stderr}`);
    return stdout;
  }

  async runAmbassador(words: readonly string[], as?: string): Promise<Outcome> {
    return await this.run([process.execPath, PROGRAM, ...words], as);
  }

  /** A path in it, as it is reached from here, until it reboots. */
  locate(path: string): string {
    return `/proc/${this.#init}/root${path}`;
  }

  /** As `systemctl reboot` does: everything is ended, and begins anew with the files that are there. */
  async reboot(): Promise<void> {
    const shell = this.#shell;
    if (shell === undefined) return;
    const ended = once(shell, 'exit', { signal: AbortSignal.timeout(PATIENCE_MS) });
    // It may be ended by what it asks for.
    await Promise.allSettled([this.run(['systemctl', 'reboot'])]);
    await ended;
    await this.#start();
  }

  async close(): Promise<void> {
    const shell = this.#shell;
    if (shell !== undefined && shell.exitCode === null && shell.signalCode === null) {
      const ended = once(shell, 'exit');
      shell.kill('SIGKILL');
      await ended;
    }
    await removeGroups(this.#group);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const namespaces = ['--mount', '--net', '--pid', '--ipc', '--uts', '--cgroup', '--fork', '--kill-child'];
    const join = 'echo $$ > "$0/cgroup.procs" && exec "$@"';
    const words = ['-c', join, this.#group, 'unshare', ...namespaces, 'bash', '-c', BOOT, 'bash', this.#folder];
    const shell = spawn('bash', words, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#shell = shell;
    let said = '';
    shell.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const deadline = performance.now() + PATIENCE_MS;
    let state = '';
    while (state !== 'running') {
      if (shell.exitCode !== null || performance.now() > deadline) {
        const failed = this.#init === 0 ? '' : (await this.run(['systemctl', '--failed', '--no-legend'])).stdout;
        throw new Error(`it does not boot: ${state} ${failed} ${said}`);
      }
      await setTimeout(LOOK_MS);
      this.#init = Number(readFileSync(`/proc/${shell.pid}/task/${shell.pid}/children`, 'utf8').split(' ')[0]);
      if (readName(this.#init) === 'systemd')
        state = (await this.run(['systemctl', 'is-system-running'])).stdout.trim();
    }
    await this.run(['ip', 'link', 'set', 'lo', 'up', 'multicast', 'on']);
  }
}

/** A login has it from PAM. */
const USER_SHELL = 'XDG_RUNTIME_DIR=/run/user/$(id -u) HOME=$(getent passwd "$(id -u)" | cut -d: -f6) exec "$@"';

function findGroups(): string | undefined {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  const [, path = ''] = mounts.find((line) => line.split(' ')[2] === 'cgroup2')?.split(' ') ?? [];
  try {
    accessSync(path, constants.W_OK);
    return path;
  } catch {
    return undefined;
  }
}

/** Of the layer that is written to: a character device stands there for what was taken away (overlayfs' whiteout). */
function describeEntry(entry: Dirent): string {
  const path = join(entry.parentPath, entry.name);
  if (entry.isCharacterDevice()) return 'taken away';
  if (entry.isSymbolicLink()) return `to ${readlinkSync(path)}`;
  const { mode, uid } = lstatSync(path);
  const what = entry.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : 'no file';
  return `${mode.toString(8)} of ${uid}: ${what}`;
}

function readName(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

/** Those of processes that just ended are busy for a moment. */
async function removeGroups(folder: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  const below = await readdir(folder, { recursive: true, withFileTypes: true });
  const folders = below.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  for (const each of [...folders.toSorted().toReversed(), folder]) {
    for (;;) {
      try {
        rmdirSync(each);
        break;
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await setTimeout(LOOK_MS);
      }
    }
  }
}

function isOutcome(error: unknown): error is Outcome {
  return error instanceof Error && 'code' in error && typeof error.code === 'number';
}
