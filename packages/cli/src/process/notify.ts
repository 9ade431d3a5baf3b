import { spawn } from 'node:child_process';
import type { Log } from '../output/log.ts';

/** systemd's own program waits this long for an answer; nothing here waits for it. */
const TIMEOUT_MS = 5000;

/** What systemd is told (sd_notify(3)). */
type ServiceState = 'READY=1' | 'STOPPING=1';
export type Notify = (state: ServiceState) => void;

/** What this file needs of a child process. */
interface NotifyProcess {
  once(event: 'error', listener: (error: Error) => void): unknown;
  once(event: 'exit', listener: (code: number | null) => void): unknown;
  unref(): void;
}

type SpawnNotify = (
  command: string,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv },
) => NotifyProcess;

/**
 * Tells systemd where this process stands, if it was started by a unit of `Type=notify`; else does nothing. Node has no unix
 * datagram sockets, so `systemd-notify` sends for it: the unit needs `NotifyAccess=all`. Never fails, and never holds the
 * process up.
 */
export function createNotify(env: NodeJS.ProcessEnv, log: Log, start: SpawnNotify = spawnNotify): Notify {
  if ((env.NOTIFY_SOCKET ?? '') === '') return () => undefined;
  return (state) => {
    const warn = (reason: string): void => log.warn({ state, reason }, 'systemd could not be told');
    const child = start('systemd-notify', [state], { env });
    child.once('error', (error) => warn(error.message));
    child.once('exit', (code) => {
      if (code !== 0) warn(`systemd-notify ended with ${code ?? 'a signal'}`);
    });
    child.unref();
  };
}

function spawnNotify(
  command: string,
  args: readonly string[],
  { env }: { readonly env: NodeJS.ProcessEnv },
): NotifyProcess {
  return spawn(command, [...args], { env, stdio: 'ignore', timeout: TIMEOUT_MS });
}
