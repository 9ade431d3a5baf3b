import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Clock } from '@mdns-ambassador/relay';
import type { CommandProcess, SpawnCommand } from './command-process.ts';
import { CommandTree, type CommandTreeOptions, type Leader } from './command-tree.ts';
import { planWindowsStart } from './windows-command.ts';

/** How often it is looked whether what a command started is gone, and how long that may take before it is killed. */
const LOOK_MS = 50;
const PATIENCE_MS = 5_000;

export interface CommandGroupOptions extends CommandTreeOptions {
  /** `process.platform` */
  readonly platform: NodeJS.Platform;
  readonly clock: Clock;
  /** `process.kill`: a negative id means a process group, signal 0 asks whether it is there; throws where it is not. */
  readonly kill: (pid: number, signal: NodeJS.Signals | 0) => unknown;
  /** The command's. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * The command may read the terminal that this process was started on, and hears of its Ctrl-C and its end by itself: it leads no
   * group, and what it leaves behind stays. Default false.
   */
  readonly sharesTerminal?: boolean | undefined;
  /** Default: `spawn` of node:child_process. */
  readonly start?: (start: CommandStart) => Leader;
  /** Default: the system's. */
  readonly isFile?: (path: string) => boolean;
}

interface CommandStart {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isLeader: boolean;
  readonly isVerbatim: boolean;
  /** Whether its standard input is a pipe of ours, instead of ours itself. */
  readonly isFed: boolean;
}

/**
 * Starts commands with this process's standard input and outputs. Except on Windows each leads a process group of its own: the
 * terminal's Ctrl-C reaches us alone, so that the goodbye comes first, and what a command leaves behind when it ends (a server that
 * `npm start` ran) ends with it, within five seconds. Its `exit` is told when all are gone. On Windows, where all who share a console
 * get its Ctrl-C, the keyboard is held instead, and the command gets the lines that are typed. A signal ends the command and all that it
 * started; what it leaves behind when it ends by itself is not known there.
 */
export function createCommandSpawner(options: CommandGroupOptions): SpawnCommand {
  const { platform, environment, sharesTerminal = false, start = startWithOurStreams } = options;
  if (platform !== 'win32') {
    return (file, args) => {
      const leader = start({ file, args, environment, isLeader: !sharesTerminal, isVerbatim: false, isFed: false });
      return sharesTerminal ? leader : new CommandGroup(leader, options);
    };
  }
  const { isFile = isRegularFile, keyboard } = options;
  return (command, args) => {
    const plan = planWindowsStart(command, args, { environment, folder: resolve(), isFile });
    return new CommandTree(start({ ...plan, environment, isLeader: false, isFed: keyboard !== undefined }), options);
  };
}

function startWithOurStreams({ file, args, environment, isLeader, isVerbatim, isFed }: CommandStart): Leader {
  return spawn(file, [...args], {
    stdio: [isFed ? 'pipe' : 'inherit', 'inherit', 'inherit'],
    env: environment,
    detached: isLeader,
    windowsVerbatimArguments: isVerbatim,
  });
}

/** What can't be looked at is left to Windows. */
function isRegularFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

class CommandGroup extends EventEmitter implements CommandProcess {
  readonly #leader: Leader;
  readonly #options: CommandGroupOptions;

  constructor(leader: Leader, options: CommandGroupOptions) {
    super();
    this.#leader = leader;
    this.#options = options;
    leader.on('error', (error: Error) => this.emit('error', error));
    leader.once('spawn', () => this.emit('spawn'));
    leader.once('exit', (code: number | null, signal: NodeJS.Signals | null) =>
      this.#endRest(() => this.emit('exit', code, signal)),
    );
  }

  /** The command passes on to its own what it sees fit. SIGKILL, which it can't pass on, goes to all. */
  kill(signal: NodeJS.Signals): void {
    if (signal === 'SIGKILL') this.#signalGroup(signal);
    else this.#leader.kill(signal);
  }

  #endRest(done: () => void): void {
    const { clock } = this.#options;
    const deadline = clock.now() + PATIENCE_MS;
    const look = (): void => {
      if (!this.#signalGroup(0)) done();
      else if (clock.now() < deadline) clock.after(LOOK_MS, look);
      else {
        this.#signalGroup('SIGKILL');
        done();
      }
    };
    this.#signalGroup('SIGTERM');
    look();
  }

  /** Whether anybody of the group is there to be signalled. */
  #signalGroup(signal: NodeJS.Signals | 0): boolean {
    const { pid } = this.#leader;
    if (pid === undefined) return false;
    try {
      this.#options.kill(-pid, signal);
      return true;
    } catch {
      // ESRCH: all have ended.
      return false;
    }
  }
}
