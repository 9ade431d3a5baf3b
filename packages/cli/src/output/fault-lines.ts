import { errorMessage } from '@mdns-ambassador/relay';
import { escapeSentence } from './escape.ts';
import type { Reporter } from './reporter.ts';

/** What is told of an error of our own that was survived. */
export function describeFault(error: unknown): string {
  return `an error of ours was survived: ${escapeSentence(errorMessage(error))}; please report it with what AMBASSADOR_LOG_LEVEL=debug shows`;
}

export function tellFault(reporter: Reporter, error: unknown, count: number): void {
  reporter.tell(describeFault(error), { event: 'fault', reason: errorMessage(error), faults: count });
}
