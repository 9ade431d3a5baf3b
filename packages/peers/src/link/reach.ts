import type { Clock } from '@mdns-ambassador/mdns';
import type { PeerPlace } from '../rules/line.ts';
import type { PeerStream, PeerTransport } from './peer-stream.ts';

const DIAL_TIMEOUT_MS = 3_000;

/** Dials it for a look, 3 s at most; undefined where nobody is reached, or `ended` was aborted meanwhile. */
export async function reach(
  place: PeerPlace,
  { clock, transport }: { readonly clock: Clock; readonly transport: Pick<PeerTransport, 'dial'> },
  ended: AbortSignal,
): Promise<PeerStream | undefined> {
  const dial = new AbortController();
  const abort = (): void => dial.abort();
  ended.addEventListener('abort', abort, { once: true });
  const cancel = clock.after(DIAL_TIMEOUT_MS, abort);
  try {
    return await transport.dial(place, dial.signal);
  } catch {
    return undefined;
  } finally {
    cancel();
    ended.removeEventListener('abort', abort);
  }
}
