import { execFile } from 'node:child_process';
import type { Flow } from './flows.ts';
import { findProgram } from './program.ts';

const PROGRAMS = ['/usr/bin/ss', '/bin/ss', '/usr/sbin/ss', '/sbin/ss'];
/** Of one command line. */
const MOST_AT_ONCE = 200;
const RUN_MS = 5_000;

/** Ends connections from both sides: each client's socket is aborted, which resets the other end. Where there is no `ss`, nothing happens. */
export async function killFlows(flows: readonly Flow[]): Promise<void> {
  const ss = findProgram(PROGRAMS);
  if (ss === undefined) return;
  for (let from = 0; from < flows.length; from += MOST_AT_ONCE) {
    const conditions = flows.slice(from, from + MOST_AT_ONCE).map(({ clientAddress, clientPort, listening }) => {
      return `( src ${clientAddress}:${clientPort} and dst ${listening.address}:${listening.port} )`;
    });
    await new Promise<void>((resolve) => {
      const args = ['-K', '-H', '-t', '-n', conditions.join(' or ')];
      execFile(ss, args, { timeout: RUN_MS }, () => resolve());
    });
  }
}
