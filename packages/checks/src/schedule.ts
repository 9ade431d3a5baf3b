import { doubledMs } from '@mdns-ambassador/relay/backoff';

/** A service that is not there is looked for this often at least: one that starts later is used within a second. */
const QUICK_LOOK_MS = 250;
/** Each delay is longer or shorter by up to this share, so that those who started together do not beat together. */
const JITTER = 0.1;
const MIN_TIMEOUT_MS = 250;
const MAX_TIMEOUT_MS = 2000;

/** What the last look found. `absent`: nobody who could be disturbed. `unwell`: the failures in a row, one at least. */
export type LookResult =
  | { readonly kind: 'up' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unwell'; readonly failures: number };

/**
 * Milliseconds from the end of one look to the start of the next: `checkIntervalMs` on average. A service that is absent is looked
 * for every 250 ms; one that is there and unwell may be well in a moment, and is given more and more time, an interval at most.
 * `random` is in [0, 1).
 */
export function computeLookDelayMs(result: LookResult, checkIntervalMs: number, random: number): number {
  return chooseDelayMs(result, checkIntervalMs) * (1 - JITTER + 2 * JITTER * random);
}

function chooseDelayMs(result: LookResult, checkIntervalMs: number): number {
  switch (result.kind) {
    case 'up':
      return checkIntervalMs;
    case 'absent':
      return Math.min(checkIntervalMs, QUICK_LOOK_MS);
    case 'unwell':
      return doubledMs(result.failures, { firstMs: QUICK_LOOK_MS, maxMs: checkIntervalMs });
    default:
      return result satisfies never;
  }
}

/** How long one look may take, in milliseconds: half the interval, which is patience for a service that is busy. */
export function computeLookTimeoutMs(checkIntervalMs: number): number {
  return Math.max(MIN_TIMEOUT_MS, Math.min(checkIntervalMs / 2, MAX_TIMEOUT_MS));
}
