import type { Duplex } from 'node:stream';

const NOTHING = Buffer.alloc(0);
/** A shutdown is done within a turn of the loop, unless the end itself (TLS's has bytes) waits for a peer that does not read. */
const SHUTDOWN_MS = 1_000;

/**
 * One of the two connections of a relayed pair: a `net.Socket`, or a stream over one (TLS) that brings a `resetAndDestroy`
 * which resets the TCP connection below. What is written may be lent: once a write's callback is called, or `writableLength` is 0,
 * its bytes belong to the writer again, so that a leg in front of another keeps a copy or waits for the other.
 */
export interface Leg extends Duplex {
  /** Aborts: the peer sees a reset, never a clean end. */
  resetAndDestroy(): unknown;
  /** What `probeLeg` does where an empty write would not reach the TCP connection. */
  probe?(): void;
  /** So many bytes are best written at once; as many as one read brings, unless said. */
  readonly writeBytes?: number;
  /** What `lendReads` does where it is no socket. */
  lend?(fromLength: number): void;
}

/**
 * Aborts a leg whatever its state, and never throws. A unix socket cannot be reset and is destroyed instead, and so is a leg whose
 * shutdown does not come to its end.
 */
export function resetLeg(leg: Leg): void {
  if (leg.destroyed) return;
  if (isShuttingDown(leg)) {
    const timer = setTimeout(() => leg.destroy(), SHUTDOWN_MS);
    leg.once('close', () => clearTimeout(timer));
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
  if (!leg.writable) return;
  if (leg.probe !== undefined) leg.probe();
  else if (leg.writableLength === 0) leg.write(NOTHING);
}

/** libuv refuses to reset a socket between `shutdown` and its completion, and Node would then never close it. */
function isShuttingDown(leg: Leg): boolean {
  return leg.writableEnded && !leg.writableFinished && leg.writableLength === 0;
}
