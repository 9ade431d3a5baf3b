import type { OwnAddress } from '@mdns-ambassador/mdns';

/** What became of the addresses of this machine. Times are milliseconds of one monotonic clock. */
export interface LinkHistory {
  readonly readAt: number;
  readonly addresses: ReadonlyMap<string, AddressHistory>;
}

interface AddressHistory {
  /** `down`: its interface is down or without a carrier, or it was taken away. */
  readonly kind: 'up' | 'down';
  readonly carrierChanges: number | undefined;
  /** When it was found to have come or gone, or its interface to have lost its carrier meanwhile. */
  readonly changedAt: number;
  /** When the first of changes was found of which each followed the other soon. */
  readonly unsteadySince: number;
}

/** A switch may carry nothing yet when the carrier is back, and TCP repeats a dial that was lost after a second. */
const SETTLE_MS = 5_000;
/** Between two changes further apart most looks see a link that has settled. */
const STEADY_MS = 10_000;
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
    const was = before?.addresses.get(address);
    if (before === undefined) after.set(address, { kind: 'up', carrierChanges, ...NEVER_CHANGED });
    else if (was?.kind === 'up' && was.carrierChanges === carrierChanges) after.set(address, was);
    else after.set(address, { kind: 'up', carrierChanges, ...change(was, now) });
  }
  for (const [address, was] of before?.addresses ?? []) {
    if (after.has(address)) continue;
    if (was.kind === 'up') after.set(address, { ...was, kind: 'down', ...change(was, now) });
    else if (now - was.changedAt < FORGET_MS) after.set(address, was);
  }
  return { readAt: now, addresses: after };
}

type Unsteadiness = Pick<AddressHistory, 'changedAt' | 'unsteadySince'>;

const NEVER_CHANGED: Unsteadiness = { changedAt: Number.NEGATIVE_INFINITY, unsteadySince: Number.NEGATIVE_INFINITY };

function change(was: AddressHistory | undefined, now: number): Unsteadiness {
  const isSteady = was === undefined || (was.kind === 'up' && now - was.changedAt >= STEADY_MS);
  return { changedAt: now, unsteadySince: isSteady ? now : was.unsteadySince };
}

/** Whether any link was lost or came back since `since`, or shortly before. */
export function hasAnyChanged(history: LinkHistory, since: number): boolean {
  for (const address of history.addresses.keys()) if (wasInterrupted(history, address, since)) return true;
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

/** A link that was lost, or is lost again and again, for too long excuses no silence any more. */
function wasInterrupted({ readAt, addresses }: LinkHistory, address: string, since: number): boolean {
  const state = addresses.get(address);
  if (state === undefined || readAt - state.unsteadySince >= FORGET_MS) return false;
  return state.kind === 'down' || state.changedAt >= since - SETTLE_MS;
}
