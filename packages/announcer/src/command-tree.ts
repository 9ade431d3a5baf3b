import { EventEmitter } from 'node:events';
import type { Writable } from 'node:stream';
import { endProcessTree, type TreeRoot } from '@mdns-ambassador/checks';
import type { CommandProcess } from './command-process.ts';

/** What is used of a child process. */
export interface Leader extends CommandProcess {
  /** Undefined where it could not be started. */
  readonly pid?: number | undefined;
  /** What it was given as standard input; null where it has ours. */
  readonly stdin?: Writable | null;
}

/** The terminal that the user types at. */
export interface Keyboard {
  /**
   * From now on Ctrl-C there is no signal to anybody, and is told to `onInterrupt`; lines are told to `onLine` with their end, and
   * `onEnd` is called when no more come. Until the returned function is called.
   */
  hold(listeners: {
    readonly onInterrupt: () => void;
    readonly onLine: (line: string) => void;
    readonly onEnd: () => void;
  }): () => void;
}

export interface CommandTreeOptions {
  /** Default: taskkill. Ends a process and all that it started. */
  readonly endTree?: (process: TreeRoot) => void;
  /** On Windows: where the user types, if that is a terminal. */
  readonly keyboard?: Keyboard | undefined;
  /** Ctrl-C was typed at the keyboard. */
  readonly onInterrupt?: () => void;
}

/** A command on Windows, and all that it starts. A closed console window tells all who are in it by itself. */
export class CommandTree extends EventEmitter implements CommandProcess {
  readonly #leader: Leader;
  readonly #endTree: (process: TreeRoot) => void;
  #hasEnded = false;

  constructor(leader: Leader, { keyboard, endTree = endProcessTree, onInterrupt }: CommandTreeOptions) {
    super();
    this.#leader = leader;
    this.#endTree = endTree;
    const input = leader.stdin ?? undefined;
    // A command that reads no more, or has ended.
    input?.on('error', () => undefined);
    const release = keyboard?.hold({
      onInterrupt: () => onInterrupt?.(),
      onLine: (line) => void input?.write(line),
      onEnd: () => void input?.end(),
    });
    leader.on('error', (error: Error) => {
      release?.();
      this.emit('error', error);
    });
    leader.once('spawn', () => this.emit('spawn'));
    leader.once('exit', (code: number | null, signal: NodeJS.Signals | null) => {
      this.#hasEnded = true;
      release?.();
      this.emit('exit', code, signal);
    });
  }

  kill(signal: NodeJS.Signals): void {
    const { pid } = this.#leader;
    if (signal === 'SIGHUP' || pid === undefined || this.#hasEnded) return;
    this.#endTree({ pid, kill: () => this.#leader.kill('SIGKILL') });
  }
}
