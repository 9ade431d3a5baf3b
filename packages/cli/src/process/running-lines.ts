import { ANSWER_MS, type Running } from './running.ts';
import type { RunningStatus } from './running-status.ts';
import { nameRuntimeFolder, type RuntimeSurroundings } from './runtime-folder.ts';
import { explainBlindness } from './sockets.ts';

/** What is wrong with a process that has said nothing of use. */
export function describeProblem(running: Running): string {
  const { pid, path } = running;
  switch (running.kind) {
    case 'silent':
      return `process ${pid} does not answer within ${ANSWER_MS / 1_000} s: it is stopped, or very busy`;
    case 'dead':
      return `process ${pid} has ended without a goodbye; what it announced is gone soon`;
    case 'unreadable':
      return `process ${pid} can't be asked at ${path}: ${running.reason}`;
    case 'answered':
      return `process ${pid} answers`;
    default:
      return running satisfies never;
  }
}

/** A process that announces and proxies nothing has no line in a table. */
export function describeServing({ command, pid, announcements, services, phase }: RunningStatus): string | undefined {
  if (announcements.length + services.length > 0) return undefined;
  return `${command} (process ${pid}) is ${phase}, and announces and proxies nothing`;
}

/** That nothing runs, or that nobody can tell. */
export function describeNothing(surroundings: RuntimeSurroundings): string {
  const { path } = nameRuntimeFolder(surroundings);
  const blindness = explainBlindness(surroundings);
  if (blindness !== undefined)
    return `what runs here can't be told: ${blindness}; a process shows itself by --admin 127.0.0.1:9901, too`;
  return `nothing runs here: no process of this user announces or proxies a service; start one, such as ambassador proxy redis (its socket would be in ${path})`;
}
