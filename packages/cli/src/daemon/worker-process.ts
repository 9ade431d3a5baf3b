import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FromWorker, StartWorker } from '@mdns-ambassador/ambassador';
import type { WorkerOrder } from './worker-order.ts';

/** A worker that has not taken in so many messages stands still: it is ended, and another is told all anew. */
const MAX_UNTAKEN = 10_000;

/** As `bin/ambassador.js` sets it, and why is said there. */
const FLAGS: readonly string[] = ['--semi-space-growth-factor=1'];
const PROGRAM = fileURLToPath(new URL('./worker.js', import.meta.url));

/** Starts processes of this program that carry connections; each ends with this one at the latest. */
export function createWorkerStart(order: Omit<WorkerOrder, 'sockets' | 'sources'>): StartWorker {
  return ({ fds, sources }, onMessage) => {
    const child = fork(PROGRAM, [], { execArgv: [...FLAGS], stdio: ['ignore', 'ignore', 'inherit', 'ipc', ...fds] });
    // What it has said before it ended is heard first.
    const ended = Promise.all([
      new Promise<string>((resolve) => {
        child.once('error', (error) => resolve(error.message));
        child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
      }),
      child.connected ? once(child, 'disconnect') : undefined,
    ]).then(([how]) => how);
    child.on('message', (message) => onMessage(asFromWorker(message)));
    let untaken = 0;
    const send = (message: object): void => {
      if (!child.connected) return;
      untaken += 1;
      if (untaken > MAX_UNTAKEN) child.kill('SIGKILL');
      child.send(message, () => {
        untaken -= 1;
      });
    };
    send({ ...order, sockets: fds.length, sources } satisfies WorkerOrder);
    return { send, kill: () => void child.kill('SIGKILL'), ended };
  };
}

/** Both ends are of one version. */
function asFromWorker(message: unknown): FromWorker {
  return message as FromWorker;
}
