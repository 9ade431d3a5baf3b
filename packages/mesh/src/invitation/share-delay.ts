import type { Clock } from '@mdns-ambassador/relay';

/**
 * A share is sent so long after what it answers, whatever it took to compute: arithmetic of ristretto255 in JavaScript takes a time that depends on
 * the code, and nobody is to measure it.
 */
export const SHARE_AFTER_MS = 100;

export function delay(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}
