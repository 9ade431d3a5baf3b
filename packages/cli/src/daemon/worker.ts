import { describeFault } from '../output/fault-lines.ts';
import { listSignals } from '../process/signals.ts';
import { runWorker, type WorkerParent } from './run-worker.ts';

/** The program of a worker: it does what the process that forked it says, and ends with it, however that ends. */

// Whoever stops the command by its terminal or its group means the process that forked this one, which lets connections finish.
for (const signal of listSignals(process.platform)) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit());

/** So many messages that have not left: what can wait is kept back. */
const MANY = 64;

let faults = 0;
process.on('uncaughtException', (error) => {
  faults += 1;
  const fact = { event: 'fault', reason: error.message, faults };
  parent.send({ kind: 'told', line: describeFault(error), fact });
});

let unsent = 0;
const parent: WorkerParent = {
  send(message) {
    if (!process.connected) return;
    unsent += 1;
    process.send?.(message, undefined, {}, () => {
      unsent -= 1;
    });
  },
  isBehind: () => unsent > MANY,
};
let hear: ((message: unknown) => void) | undefined;
process.on('message', (message) => {
  if (hear === undefined) hear = runWorker(message, parent, { env: process.env, platform: process.platform });
  else hear(message);
});
