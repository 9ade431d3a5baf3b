import type { Duplex } from 'node:stream';

const NOTHING = Buffer.alloc(0);

/**
 * One of the two connections of a relayed pair: a `net.Socket`, or a stream over one (TLS) that brings a `resetAndDestroy`
 * which resets the TCP connection below.
 */
export interface Leg extends Duplex {
  /** Aborts: the peer sees a reset, never a clean end. */
  resetAndDestroy(): unknown;
}

/**
 * Aborts a leg whatever its state, and never throws. A unix socket cannot be reset and is destroyed instead; what has been
 * shut down already can only be closed after its FIN.
 */
export function resetLeg(leg: Leg): void {
  if (leg.destroyed) return;
  if (isShuttingDown(leg)) {
    leg.once('finish', () => resetLeg(leg));
    return;
  }
  try {
    leg.resetAndDestroy();
  } catch {
    leg.destroy();
  }
}

/**
 * Has the kernel say whether a leg's peer has reset it: then `errored` is set at once, and an error follows. An empty write
 * asks; nothing is sent. Needed because libuv reports a reset that comes behind data as an end, and notices none at all on a
 * leg that is not read.
 */
export function probeLeg(leg: Leg): void {
  if (leg.writable && leg.writableLength === 0) leg.write(NOTHING);
}

/** libuv refuses to reset a socket between `shutdown` and its completion, and Node would then never close it. */
function isShuttingDown(leg: Leg): boolean {
  return leg.writableEnded && !leg.writableFinished && leg.writableLength === 0;
}
