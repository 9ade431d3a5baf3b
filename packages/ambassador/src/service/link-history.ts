import type { OwnAddress } from '@mdns-ambassador/mdns';

/** What became of the addresses of this machine, by address. Times are milliseconds of one monotonic clock. */
export type LinkHistory = ReadonlyMap<string, AddressHistory>;

type AddressHistory =
  /** `changedAt`: when it was found to have come, or its interface to have lost its carrier meanwhile. */
  | { readonly kind: 'up'; readonly carrierChanges: number | undefined; readonly changedAt: number }
  /** Its interface is down or without a carrier, or it was taken away. */
  | { readonly kind: 'down'; readonly since: number };

/** A switch may carry nothing yet when the carrier is back, and TCP repeats a dial that was lost after a second. */
const SETTLE_MS = 5_000;
/** As long as keep-alive holds an idle connection: by then silence costs none that could be spared. */
const FORGET_MS = 30_000;

/** The history with what was found now; `before` undefined: this is the first time. */
export function recordAddresses(
  before: LinkHistory | undefined,
  found: readonly OwnAddress[],
  now: number,
): LinkHistory {
  const after = new Map<string, AddressHistory>();
  for (const { address, carrierChanges } of found) {
    const was = before?.get(address);
    const isKept = was?.kind === 'up' && was.carrierChanges === carrierChanges;
    const changedAt = before === undefined ? Number.NEGATIVE_INFINITY : isKept ? was.changedAt : now;
    after.set(address, { kind: 'up', carrierChanges, changedAt });
  }
  for (const [address, was] of before ?? []) {
    if (after.has(address)) continue;
    const since = was.kind === 'down' ? was.since : now;
    if (now - since < FORGET_MS) after.set(address, { kind: 'down', since });
  }
  return after;
}

/** Whether any link was lost or came back since `since`, or shortly before. */
export function hasAnyChanged(history: LinkHistory, since: number): boolean {
  for (const address of history.keys()) if (wasInterrupted(history, address, since)) return true;
  return false;
}

/**
 * Whether this machine was cut off from an endpoint at any time since `since`, or shortly before. `ways`: for each of the endpoint's
 * addresses the own one that the kernel sends from now, undefined where it knows no route.
 */
export function wasCutOff(
  history: LinkHistory,
  ways: readonly { readonly to: string; readonly from: string | undefined }[],
  since: number,
): boolean {
  if (ways.every(({ from }) => from === undefined)) return hasAnyChanged(history, since);
  // To an address of its own a machine needs no link.
  return ways.some(({ to, from }) => from !== undefined && from !== to && wasInterrupted(history, from, since));
}

function wasInterrupted(history: LinkHistory, address: string, since: number): boolean {
  const state = history.get(address);
  if (state === undefined) return false;
  return state.kind === 'down' || state.changedAt >= since - SETTLE_MS;
}
