import type { Clock } from '@mdns-ambassador/mdns';
import { withPatience } from '@mdns-ambassador/relay';
import type { PeerPlace } from '../rules/line.ts';
import type { PeerStream, PeerTransport } from './peer-stream.ts';

const DIAL_TIMEOUT_MS = 3_000;

/** Dials it for a look, 3 s at most; undefined where nobody is reached, or `ended` was aborted meanwhile. */
export function reach(
  place: PeerPlace,
  { clock, transport }: { readonly clock: Clock; readonly transport: Pick<PeerTransport, 'dial'> },
  ended: AbortSignal,
): Promise<PeerStream | undefined> {
  const dial = (patience: AbortSignal): Promise<PeerStream> => transport.dial(place, patience);
  return withPatience(clock, DIAL_TIMEOUT_MS, dial, ended).catch(() => undefined);
}
