import type { Random } from '@mdns-ambassador/mdns';
import { backoffMs } from '@mdns-ambassador/relay/backoff';
import type { DialFailure } from './dial-failure.ts';

/** What the outcomes of its dials say about one endpoint. Times are milliseconds of one monotonic clock. */
export type Breaker =
  /** `failures` in a row, too few to eject. Until `forgottenAt` the next ejection follows on from the last `ejections`. */
  | {
      readonly kind: 'closed';
      readonly failures: number;
      readonly ejections: number;
      readonly forgottenAt: number;
    }
  /** Not picked before `until`. `ejections` in a row, from 1. */
  | { readonly kind: 'ejected'; readonly until: number; readonly ejections: number }
  /** One try is allowed; while it is out (until `triedUntil` at most) there is no other. */
  | { readonly kind: 'probation'; readonly ejections: number; readonly triedUntil: number };

/** How many timeouts in a row eject: one lost SYN is no proof on Wi-Fi. Any other failure is. */
const TIMEOUTS_TO_EJECT = 2;
/** With the jitter 9.4 s at most: an endpoint that is there again is in use again within 10 s. */
const EJECTION = { firstMs: 500, maxMs: 7_500 };
/** Who is not who should be there does not become so in seconds. */
const IDENTITY_EJECTION = { firstMs: 60_000, maxMs: 900_000 };
/** A try whose outcome is never told (the client left) blocks the next one for no longer than this. */
const TRY_MS = 3_000;

/** Who fails again this soon after a success has not recovered: it accepts and then resets, or flaps. */
const FORGET_MS = 10_000;

export const CLOSED: Breaker = { kind: 'closed', failures: 0, ejections: 0, forgottenAt: Number.NEGATIVE_INFINITY };

/** The breaker after a dial that succeeded. */
export function recordSuccess(breaker: Breaker, now: number): Breaker {
  switch (breaker.kind) {
    case 'closed':
      return breaker.failures === 0 ? breaker : { ...breaker, failures: 0 };
    case 'ejected':
    case 'probation':
      return { kind: 'closed', failures: 0, ejections: breaker.ejections, forgottenAt: now + FORGET_MS };
    default:
      return breaker satisfies never;
  }
}

/** The breaker after a dial that failed. A local fault says nothing about the endpoint and changes nothing. */
export function recordFailure(breaker: Breaker, failure: DialFailure, now: number, random: Random): Breaker {
  if (failure === 'local') return breaker;
  switch (breaker.kind) {
    case 'closed': {
      const failures = breaker.failures + 1;
      if (failure === 'timeout' && failures < TIMEOUTS_TO_EJECT) return { ...breaker, failures };
      return eject(countEjections(breaker, now) + 1, now, random, failure);
    }
    case 'ejected':
      // Failures of dials that were under way when it was ejected are one event, not many: they do not make it grow.
      return now < breaker.until ? breaker : eject(breaker.ejections + 1, now, random, failure);
    case 'probation':
      return eject(breaker.ejections + 1, now, random, failure);
    default:
      return breaker satisfies never;
  }
}

/** The breaker of an endpoint that answers, but much later than its peers. */
export function recordSlowness(breaker: Breaker, now: number, random: Random): Breaker {
  switch (breaker.kind) {
    case 'closed':
      return eject(countEjections(breaker, now) + 1, now, random);
    case 'probation':
      return eject(breaker.ejections + 1, now, random);
    case 'ejected':
      return breaker;
    default:
      return breaker satisfies never;
  }
}

/** The breaker after time has passed: an ejection that is served becomes probation. */
export function advanceBreaker(breaker: Breaker, now: number): Breaker {
  switch (breaker.kind) {
    case 'ejected':
      return now < breaker.until
        ? breaker
        : { kind: 'probation', ejections: breaker.ejections, triedUntil: Number.NEGATIVE_INFINITY };
    case 'closed':
    case 'probation':
      return breaker;
    default:
      return breaker satisfies never;
  }
}

/** The breaker after its endpoint was picked: in probation that is the one try. */
export function recordPick(breaker: Breaker, now: number): Breaker {
  return breaker.kind === 'probation' ? { ...breaker, triedUntil: now + TRY_MS } : breaker;
}

/** Whether the endpoint may be picked at `now`, the panic rule aside. */
export function isUsable(breaker: Breaker, now: number): boolean {
  switch (breaker.kind) {
    case 'closed':
      return true;
    case 'ejected':
      return false;
    case 'probation':
      return now >= breaker.triedUntil;
    default:
      return breaker satisfies never;
  }
}

function countEjections(breaker: Breaker & { kind: 'closed' }, now: number): number {
  return now < breaker.forgottenAt ? breaker.ejections : 0;
}

function eject(ejections: number, now: number, random: Random, failure?: DialFailure): Breaker {
  const ejection = failure === 'identity' || failure === 'loop' ? IDENTITY_EJECTION : EJECTION;
  return { kind: 'ejected', until: now + backoffMs(ejections, ejection, random), ejections };
}
