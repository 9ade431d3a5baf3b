import { setTimeout as wait } from 'node:timers/promises';
import type { Reporter } from '../output/reporter.ts';

/** Says that the end has begun, `doing` what, and how to cut it short. */
export function tellStopping(reporter: Reporter, doing: string, signal: AbortSignal): void {
  reporter.tell(`stopping: ${doing} (once more ends at once)`, { event: 'stopping', reason: String(signal.reason) });
}

/** Resolves when the signal is aborted. */
export async function waitForAbort(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Resolves after this time, or as soon as the signal is aborted. */
export async function waitOrAbort(delayMs: number, signal: AbortSignal): Promise<void> {
  await wait(delayMs, undefined, { signal }).catch(() => undefined);
}
