import type { Target } from '@mdns-ambassador/relay';
import { type Check, PASSED } from './check.ts';
import { type DialService, judgeDialFailure, takeLeave } from './dial.ts';

/** Passes when the service accepts a connection, which is then closed with a FIN, not a reset. */
export function createTcpCheck(target: Target, dial: DialService): Check {
  return {
    async run(signal) {
      try {
        takeLeave(await dial(target, signal));
        return PASSED;
      } catch (error) {
        return judgeDialFailure(target, error, signal);
      }
    },
  };
}
