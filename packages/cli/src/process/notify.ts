import { spawn } from 'node:child_process';
import type { Log } from '../output/log.ts';

/** systemd's own program waits this long for an answer; nothing here waits for it. */
const TIMEOUT_MS = 5000;

/** Pings in the time after which systemd takes a process without one for hanging: one that is lost or late is none. */
const PINGS = 4;
/** As long as a timer of Node counts. */
const LONGEST_MS = 2 ** 31 - 1;

/** What systemd is told (sd_notify(3)). */
type ServiceState = 'READY=1' | 'STOPPING=1';
export type Notify = (state: ServiceState) => void;

/** What this file needs of a child process. */
interface NotifyProcess {
  once(event: 'error', listener: (error: Error) => void): unknown;
  once(event: 'exit', listener: (code: number | null) => void): unknown;
  unref(): void;
}

export interface NotifyOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  readonly start?: typeof spawnNotify;
  readonly repeat?: typeof repeatBeside;
}

/**
 * Tells systemd where this process stands, if it was started by a unit of `Type=notify`; else does nothing. Where the unit has a
 * `WatchdogSec`, it is told from READY to STOPPING that the process turns. Node has no unix datagram sockets, so `systemd-notify` sends for
 * it: the unit needs `NotifyAccess=all`. Never fails, and never holds the process up.
 */
export function createNotify({ env, log, start = spawnNotify, repeat = repeatBeside }: NotifyOptions): Notify {
  if ((env.NOTIFY_SOCKET ?? '') === '') return () => undefined;
  const send = (state: ServiceState | 'WATCHDOG=1'): void => {
    const warn = (reason: string): void => log.warn({ state, reason }, 'systemd could not be told');
    try {
      const child = start('systemd-notify', [state], env);
      child.once('error', (error) => warn(error.message));
      child.once('exit', (code) => {
        if (code !== 0) warn(`systemd-notify ended with ${code ?? 'a signal'}`);
      });
      child.unref();
    } catch (error) {
      // Where memory is short, `spawn` throws.
      warn(error instanceof Error ? error.message : String(error));
    }
  };
  const watchdogMs = readWatchdogMs(env);
  let endPings = (): void => undefined;
  return (state) => {
    send(state);
    endPings();
    if (state !== 'READY=1' || watchdogMs === 0) return;
    endPings = repeat(Math.min(watchdogMs / PINGS, LONGEST_MS), () => send('WATCHDOG=1'));
  };
}

/** sd_watchdog_enabled(3), but for WATCHDOG_PID: that is npx, or a script, where one has started this process. 0: nobody waits for pings. */
function readWatchdogMs({ WATCHDOG_USEC = '' }: NodeJS.ProcessEnv): number {
  return /^[1-9]\d{0,15}$/.test(WATCHDOG_USEC) ? Number(WATCHDOG_USEC) / 1_000 : 0;
}

/** Again and again until the returned function is called; holds no process up. */
function repeatBeside(everyMs: number, run: () => void): () => void {
  const timer = setInterval(run, everyMs).unref();
  return () => clearInterval(timer);
}

function spawnNotify(command: string, args: readonly string[], env: NodeJS.ProcessEnv): NotifyProcess {
  return spawn(command, [...args], { env, stdio: 'ignore', timeout: TIMEOUT_MS });
}
