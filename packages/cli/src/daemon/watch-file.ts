import { existsSync, type FSWatcher, realpathSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { type Clock, errorMessage } from '@mdns-ambassador/relay';

/** Editors write in several steps. */
const SETTLE_MS = 200;

/**
 * Calls `onChange` soon after something happened to the file, or beside it: it may have been renamed into place, or stand
 * behind a link that was, or not be there yet. Calls `onEnd` once with the reason when it can't watch (any more). The returned function ends it.
 */
export function watchFile(
  file: string,
  clock: Clock,
  onChange: () => void,
  onEnd: (reason: string) => void,
): () => void {
  let cancel: (() => void) | undefined;
  const notice = (): void => {
    cancel ??= clock.after(SETTLE_MS, () => {
      cancel = undefined;
      onChange();
    });
  };
  const watchers: FSWatcher[] = [];
  const close = (): void => {
    cancel?.();
    for (const watcher of watchers) watcher.close();
  };
  const fail = (error: unknown): void => {
    close();
    onEnd(errorMessage(error));
  };
  try {
    for (const folder of new Set([dirname(file), dirname(existsSync(file) ? realpathSync(file) : file)])) {
      watchers.push(watch(folder, notice).on('error', fail));
    }
  } catch (error) {
    fail(error);
  }
  return close;
}
