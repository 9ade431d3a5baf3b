import type { Clock } from '@mdns-ambassador/relay';

/** What was lost of a try is sent again later and later: whether somebody is there now is found out by another. */
const SILENT_MS = 1_000;
/** Under way at once. */
const MOST = 3;

/**
 * Has something made that a peer must answer, and where nobody does has another try begun each second, until one is made. The first is kept
 * beside the latest: it may be slow by nature. What is not needed is given up by its signal. Rejects as the latest try does: former ones may
 * hear late what has changed since.
 */
export function makeByTries(
  make: (signal: AbortSignal) => Promise<void>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let tries: readonly AbortController[] = [];
    let cancel = (): void => undefined;
    const giveUp = (): void => {
      cancel();
      for (const abort of tries) abort.abort();
    };
    const settle = (): void => {
      signal.removeEventListener('abort', giveUp);
      giveUp();
    };
    const begin = (): void => {
      const [first, ...others] = tries;
      if (first !== undefined && tries.length >= MOST) {
        others[0]?.abort();
        tries = [first, ...others.slice(1)];
      }
      const abort = new AbortController();
      tries = [...tries, abort];
      cancel = clock.after(SILENT_MS, begin);
      make(abort.signal).then(
        () => {
          settle();
          resolve();
        },
        (error: unknown) => {
          if (tries.at(-1) !== abort) {
            tries = tries.filter((one) => one !== abort);
            return;
          }
          settle();
          reject(error);
        },
      );
    };
    signal.addEventListener('abort', giveUp, { once: true });
    begin();
  });
}
