import { type Clock, errorMessage } from '@mdns-ambassador/relay';
import { type CommandProcess, type SpawnCommand, watchCommand } from '../command-process.ts';
import { Demand, type DemandAction, type DemandEvent } from './demand.ts';

/** How often it is looked whether a command that starts answers: a client waits for this, too. */
const LOOK_MS = 20;
const LONGEST_LOOK_MS = 1_000;
/** How long a command may take to end when we do. */
const FAREWELL_MS = 10_000;

/** The client is done; `hasAsked`: it has sent something. */
export type Release = (hasAsked: boolean) => void;

/** The command of a service that runs while somebody is connected. */
export interface OnDemandCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly idleMs: number;
}

export interface OnDemandServiceOptions extends OnDemandCommand {
  readonly clock: Clock;
  readonly spawn: SpawnCommand;
  /** Whether the service answers now. Never rejects, and ends soon after its signal. */
  readonly isUp: (signal: AbortSignal) => Promise<boolean>;
  readonly onEvent: (event: DemandEvent) => void;
}

/** Starts a command for the first client, and stops it when there has been none for a while. */
export class OnDemandService {
  readonly #options: OnDemandServiceOptions;
  readonly #demand: Demand;
  readonly #waiting = new Set<(isServed: boolean) => void>();
  #child: CommandProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #cancelAlarm: () => void = () => undefined;
  #cancelLook: () => void = () => undefined;
  #isClosed = false;

  constructor(options: OnDemandServiceOptions) {
    this.#options = options;
    this.#demand = new Demand(options.idleMs);
  }

  /**
   * Resolves once the service answers, with what says that the client is done; with undefined when it can't be had, or `signal` has
   * aborted. `stays` is asked where nothing runs: false starts nothing. Never rejects.
   */
  async hold(signal: AbortSignal, stays: () => Promise<boolean>): Promise<Release | undefined> {
    if (this.#demand.isDown && !(await stays())) return undefined;
    if (this.#isClosed || signal.aborted) return undefined;
    const { verdict, actions } = this.#demand.arrive(this.#now());
    // Before the actions: one of them may be the answer.
    const served = verdict === 'wait' ? this.#wait(signal) : Promise.resolve(verdict === 'serve');
    this.#act(actions);
    return (await served) ? this.#takeLeave() : undefined;
  }

  /** Ends the command. Idempotent. */
  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#cancelAlarm();
      this.#cancelLook();
      this.#release(false);
      this.#child?.kill('SIGTERM');
    }
    const cancel = this.#options.clock.after(FAREWELL_MS, () => this.#child?.kill('SIGKILL'));
    await this.#ended;
    cancel();
  }

  #wait(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (isServed: boolean): void => {
        this.#waiting.delete(settle);
        signal.removeEventListener('abort', giveUp);
        resolve(isServed);
      };
      const giveUp = (): void => {
        this.#demand.gaveUp();
        settle(false);
      };
      this.#waiting.add(settle);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  #takeLeave(): Release {
    let hasLeft = false;
    return (hasAsked) => {
      if (hasLeft) return;
      hasLeft = true;
      this.#demand.left(this.#now(), hasAsked);
      this.#setAlarm();
    };
  }

  #act(actions: readonly DemandAction[]): void {
    for (const action of actions) {
      switch (action.kind) {
        case 'start':
          this.#start();
          break;
        case 'signal':
          this.#child?.kill(action.signal);
          break;
        case 'release':
          this.#release(action.isServed);
          break;
        case 'tell':
          this.#options.onEvent(action.event);
          break;
        default:
          action satisfies never;
      }
    }
    this.#setAlarm();
  }

  #release(isServed: boolean): void {
    for (const settle of [...this.#waiting]) settle(isServed);
  }

  #start(): void {
    const { spawn, command, args } = this.#options;
    const exited = (reason: string): void => {
      this.#child = undefined;
      this.#cancelLook();
      if (!this.#isClosed) this.#act(this.#demand.exited(reason, this.#now()));
    };
    try {
      const { child, ended } = watchCommand(spawn, command, args);
      this.#child = child;
      this.#ended = ended.then(
        (code) => exited(`it ended with exit code ${code}`),
        (error: unknown) => exited(errorMessage(error)),
      );
      this.#look(child);
    } catch (error) {
      // Not within the call that had it started.
      this.#ended = Promise.resolve().then(() => exited(errorMessage(error)));
    }
  }

  #look(child: CommandProcess): void {
    const { clock, isUp } = this.#options;
    const goOn = (isAnswering: boolean): void => {
      if (this.#isClosed || this.#child !== child) return;
      if (isAnswering) this.#act(this.#demand.answered(this.#now()));
      else this.#cancelLook = clock.after(LOOK_MS, () => this.#look(child));
    };
    void isUp(AbortSignal.timeout(LONGEST_LOOK_MS)).then(goOn);
  }

  #setAlarm(): void {
    this.#cancelAlarm();
    const at = this.#demand.nextDeadline();
    if (this.#isClosed || at === Number.POSITIVE_INFINITY) return;
    this.#cancelAlarm = this.#options.clock.after(Math.max(0, at - this.#now()), () =>
      this.#act(this.#demand.advance(this.#now())),
    );
  }

  #now(): number {
    return this.#options.clock.now();
  }
}
