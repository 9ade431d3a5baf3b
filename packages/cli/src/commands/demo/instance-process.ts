import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type InstancePlan, isInstanceMessage, LEAVE_ORDER } from './instance-plan.ts';

const PROGRAM = fileURLToPath(new URL('./instance.js', import.meta.url));

/** An instance of the demo, seen from the demo. */
export interface InstanceProcess {
  readonly name: string;
  readonly pid: number;
  /** Resolves with the service's port once it is announced; rejects with the reason when it is not in time. */
  readonly announced: Promise<number>;
  /** Resolves when the process is gone, with the milliseconds of `performance.now()` at that moment. */
  readonly gone: Promise<number>;
  /** kill -9: no goodbye, no last word. */
  kill(): void;
  /** SIGTERM, or the same wish where there are no signals: it says goodbye and goes when nobody needs it. */
  leave(): void;
}

/** Starts an instance in a process of its own, which ends with this one at the latest. */
export function startInstance(plan: InstancePlan, timeoutMs: number, platform: string): InstanceProcess {
  const child = fork(PROGRAM, [JSON.stringify(plan)], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const gone = new Promise<number>((resolve) => {
    child.once('exit', () => resolve(performance.now()));
    child.once('error', () => resolve(performance.now()));
  });
  const announced = waitUntilAnnounced(child, plan.name, timeoutMs);
  // Whoever waits hears of it; a stage that is being cleared does not.
  announced.catch(() => undefined);
  return {
    name: plan.name,
    pid: child.pid ?? 0,
    announced,
    gone,
    kill: () => void child.kill('SIGKILL'),
    leave() {
      if (platform !== 'win32') child.kill('SIGTERM');
      else if (child.connected) child.send(LEAVE_ORDER);
    },
  };
}

async function waitUntilAnnounced(child: ChildProcess, name: string, timeoutMs: number): Promise<number> {
  let port = 0;
  return new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => fail('it was not announced in time'), timeoutMs);
    function fail(reason: string): void {
      clearTimeout(timer);
      reject(new Error(`the process "${name}" did not start: ${reason}`));
    }
    child.once('error', (error) => fail(error.message));
    child.once('exit', () => fail('it ended'));
    child.on('message', (message: unknown) => {
      if (!isInstanceMessage(message)) return;
      switch (message.kind) {
        case 'listening':
          port = message.port;
          break;
        case 'announced':
          clearTimeout(timer);
          resolve(port);
          break;
        case 'failed':
          fail(message.reason);
          break;
        default:
          message satisfies never;
      }
    });
  });
}
