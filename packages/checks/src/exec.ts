import type { Target } from '@mdns-ambassador/relay';
import { type Check, type CheckOutcome, failWith, PASSED } from './check.ts';
import type { RunShell, ShellExit } from './shell.ts';

/**
 * Passes when the shell command exits with 0; it is killed, with all that it started, when the time is up. It finds what it is
 * to look at in CHECK_ADDRESS and CHECK_PORT, or CHECK_PATH.
 */
export function createExecCheck(command: string, target: Target, runShell: RunShell): Check {
  const variables =
    target.kind === 'unix'
      ? { CHECK_PATH: target.path }
      : { CHECK_ADDRESS: target.address, CHECK_PORT: String(target.port) };
  return {
    async run(signal) {
      if (signal.aborted) return failTimeout(command);
      const shell = runShell(command, variables);
      const timedOut = new Promise<CheckOutcome>((resolve) => {
        const expire = (): void => {
          shell.kill();
          resolve(failTimeout(command));
        };
        signal.addEventListener('abort', expire, { once: true });
      });
      return Promise.race([shell.ended.then((exit) => judgeExit(command, exit)), timedOut]);
    },
  };
}

function judgeExit(command: string, exit: ShellExit): CheckOutcome {
  switch (exit.kind) {
    case 'exited':
      return exit.code === 0 ? PASSED : failWith('command', `${quote(command)} exited with ${exit.code}`);
    case 'killed':
      return failWith('command', `${quote(command)} was ended by ${exit.signal}`);
    case 'failed':
      return failWith('command', `${quote(command)} can't be run (${exit.error.message})`);
    default:
      return exit satisfies never;
  }
}

/** The command is what was silent; of the service that says nothing certain. */
function failTimeout(command: string): CheckOutcome {
  return failWith('command', `${quote(command)} did not end in time`);
}

function quote(command: string): string {
  return JSON.stringify(command);
}
