import { MEMBERSHIP_MS } from '../membership/admit.ts';

const DAY_MS = 86_400_000;
/** A membership is renewed by any keeper that is met from so long before its end. */
const RENEW_AHEAD_MS = 60 * DAY_MS;
/** Where none was met until then, it is told. */
const WARN_AHEAD_MS = 30 * DAY_MS;
/** A machine asks a keeper so often whether the previous mesh key is still accepted. */
const PREVIOUS_MS = DAY_MS;

/** `now` and `expiresAt` in milliseconds since 1970. */
export function isDue(expiresAt: number, now: number): boolean {
  return expiresAt - now < RENEW_AHEAD_MS;
}

/** Whether a machine that knows two keys has not asked for a day. */
export function isDueForRotation(expiresAt: number, now: number): boolean {
  return now - (expiresAt - MEMBERSHIP_MS) >= PREVIOUS_MS;
}

/** What is to be told of a membership's end. */
export type EndWarning =
  | { readonly kind: 'none' }
  /** Rounded up. */
  | { readonly kind: 'ends'; readonly days: number }
  | { readonly kind: 'ended' };

export function warnOfEnd(expiresAt: number, now: number): EndWarning {
  if (expiresAt <= now) return { kind: 'ended' };
  if (expiresAt - now >= WARN_AHEAD_MS) return { kind: 'none' };
  return { kind: 'ends', days: Math.ceil((expiresAt - now) / DAY_MS) };
}
