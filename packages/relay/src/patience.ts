import type { Clock } from './clock.ts';

/** Has something done with a signal that aborts after `timeoutMs`, and with `parent`; when it has settled, nothing of that is left. */
export async function withPatience<Value>(
  clock: Clock,
  timeoutMs: number,
  act: (signal: AbortSignal) => Promise<Value>,
  parent?: AbortSignal,
): Promise<Value> {
  const patience = new AbortController();
  const stop = (): void => patience.abort();
  const cancel = clock.after(timeoutMs, stop);
  parent?.addEventListener('abort', stop, { once: true });
  if (parent?.aborted === true) stop();
  try {
    return await act(patience.signal);
  } finally {
    cancel();
    parent?.removeEventListener('abort', stop);
  }
}
