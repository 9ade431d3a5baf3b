import type { Clock } from '@mdns-ambassador/relay';
import type { Announcer } from './announcer.ts';
import { type CommandProcess, type SpawnCommand, type WatchedCommand, watchCommand } from './command-process.ts';

export interface CommandOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Not started yet; started with the command and closed with it. */
  readonly announcer: Pick<Announcer, 'start' | 'drain' | 'close'>;
  readonly spawn: SpawnCommand;
  readonly clock: Clock;
  /** How long connections are still accepted after the goodbye. */
  readonly drainGraceMs: number;
  /** How long connections may take to finish, and then the command to end, before it is killed. */
  readonly drainTimeoutMs: number;
}

/** What tells a program something and leaves it to go on: another configuration, log files to open anew, another size of its window. */
const NOTICES: ReadonlySet<NodeJS.Signals> = new Set(['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH']);

export function isNotice(signal: NodeJS.Signals): boolean {
  return NOTICES.has(signal);
}

/** `ending`: the command was told to end by this signal, or is about to be. */
type CommandState =
  | { readonly kind: 'running' }
  | { readonly kind: 'draining'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'ending'; readonly cancelKill: () => void }
  | { readonly kind: 'ended' };

/** A command whose port is announced while it answers, and which does not end before the goodbye is said. */
export class Command {
  readonly #options: CommandOptions;
  #state: CommandState = { kind: 'running' };
  #child: CommandProcess | undefined;

  constructor(options: CommandOptions) {
    this.#options = options;
  }

  /**
   * Runs the command to its end; resolves with the exit code to end with: the command's own, or 128 + n when signal n ended it.
   * Rejects with an AnnouncerError (`COMMAND_NOT_FOUND`, `COMMAND_NOT_EXECUTABLE`, `COMMAND_FAILED`), or with what the announcer's
   * start rejected with; the command has then been ended. Call it once.
   */
  async run(): Promise<number> {
    const { announcer, command, args } = this.#options;
    let watched: WatchedCommand;
    try {
      watched = watchCommand(this.#options.spawn, command, args);
    } catch (error) {
      this.#state = { kind: 'ended' };
      await announcer.close();
      throw error;
    }
    const { child, ended } = watched;
    this.#child = child;
    const started = new Promise<void>((resolve) => child.once('spawn', resolve)).then(() => announcer.start());
    try {
      return await Promise.race([ended, started.then(() => ended)]);
    } catch (error) {
      if (this.#state.kind !== 'ending') this.#end('SIGTERM');
      await ended.catch(() => undefined);
      throw error;
    } finally {
      if (this.#state.kind === 'ending') this.#state.cancelKill();
      this.#state = { kind: 'ended' };
      await announcer.close();
    }
  }

  /**
   * Passes a signal on. A notice at once. Any other after the drain: the service leaves the LAN before it ends. A second one is passed on without waiting any longer; a third kills.
   */
  signal(signal: NodeJS.Signals): void {
    if (isNotice(signal)) {
      if (this.#state.kind !== 'ended') this.#child?.kill(signal);
      return;
    }
    switch (this.#state.kind) {
      case 'running':
        this.#drain(signal);
        break;
      case 'draining':
        this.#end(signal);
        break;
      case 'ending':
        this.#child?.kill('SIGKILL');
        break;
      case 'ended':
        break;
      default:
        this.#state satisfies never;
    }
  }

  #drain(signal: NodeJS.Signals): void {
    const { announcer, drainGraceMs: graceMs, drainTimeoutMs: timeoutMs } = this.#options;
    this.#state = { kind: 'draining', signal };
    const endWithSignal = (): void => {
      if (this.#state.kind === 'draining') this.#end(signal);
    };
    announcer.drain({ graceMs, timeoutMs }).then(endWithSignal, endWithSignal);
  }

  #end(signal: NodeJS.Signals): void {
    const { clock, drainTimeoutMs } = this.#options;
    const cancelKill = clock.after(drainTimeoutMs, () => this.#child?.kill('SIGKILL'));
    this.#state = { kind: 'ending', cancelKill };
    this.#child?.kill(signal);
  }
}
