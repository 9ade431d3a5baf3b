import { execFile } from 'node:child_process';
import type { Flow } from './flows.ts';
import { findProgram } from './program.ts';

const PROGRAMS = ['/usr/bin/ss', '/bin/ss', '/usr/sbin/ss', '/sbin/ss'];
/** Of one command line. */
const MOST_AT_ONCE = 200;
const RUN_MS = 5_000;

/**
 * Ends connections from both sides: each client's socket is aborted, which resets the other end. Resolves with how many were; where there
 * is no `ss`, or the kernel has no CONFIG_INET_DIAG_DESTROY, none.
 */
export async function killFlows(flows: readonly Flow[]): Promise<number> {
  const ss = findProgram(PROGRAMS);
  if (ss === undefined) return 0;
  let count = 0;
  for (let from = 0; from < flows.length; from += MOST_AT_ONCE) {
    const conditions = flows.slice(from, from + MOST_AT_ONCE).map(({ clientAddress, clientPort, listening }) => {
      return `( src ${clientAddress}:${clientPort} and dst ${listening.address}:${listening.port} )`;
    });
    count += await new Promise<number>((resolve) => {
      // Who connects from such a port meanwhile is another, and who has ended meanwhile is none that was aborted.
      const states = ['state', 'synchronized', 'exclude', 'time-wait'];
      const args = ['-K', '-H', '-t', '-n', ...states, conditions.join(' or ')];
      // A line for each that was aborted.
      execFile(ss, args, { timeout: RUN_MS }, (_, stdout) => resolve(stdout.split('\n').length - 1));
    });
  }
  return count;
}
