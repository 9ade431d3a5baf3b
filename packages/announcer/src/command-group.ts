import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { Clock } from '@mdns-ambassador/mdns';
import type { CommandProcess, SpawnCommand } from './command.ts';

/** How often it is looked whether what a command started is gone, and how long that may take before it is killed. */
const LOOK_MS = 50;
const PATIENCE_MS = 5_000;

/** What is used of a child process here. */
interface Leader extends CommandProcess {
  /** Undefined where it could not be started. */
  readonly pid?: number | undefined;
}

export interface CommandGroupOptions {
  /** `process.platform` */
  readonly platform: NodeJS.Platform;
  readonly clock: Clock;
  /** `process.kill`: a negative id means a process group, signal 0 asks whether it is there; throws where it is not. */
  readonly kill: (pid: number, signal: NodeJS.Signals | 0) => unknown;
  /** Default: `spawn` of node:child_process. */
  readonly start?: (command: string, args: readonly string[], isLeader: boolean) => Leader;
}

/**
 * Starts commands with this process's standard input and outputs. Except on Windows each leads a process group of its own: the
 * terminal's Ctrl-C reaches us alone, so that the goodbye comes first, and what a command leaves behind when it ends (a server that
 * `npm start` ran) ends with it, within five seconds. Its `exit` is told when all are gone.
 */
export function createCommandSpawner(options: CommandGroupOptions): SpawnCommand {
  const { platform, start = startWithOurStreams } = options;
  if (platform === 'win32') return (command, args) => start(command, args, false);
  return (command, args) => new CommandGroup(start(command, args, true), options);
}

function startWithOurStreams(command: string, args: readonly string[], isLeader: boolean): Leader {
  return spawn(command, [...args], { stdio: 'inherit', detached: isLeader });
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
