import type { TLSSocket } from 'node:tls';
import { type Leg, probeLeg, resetLeg, takeIn } from '@mdns-ambassador/relay';

/**
 * A TLS socket as a leg. Node can't reset a TLS socket, and keeps to itself what an empty write found: what it stands on is reset
 * and asked instead. What happens to it is its user's to see; without a listener an error would end the process.
 */
export function makeLeg(secure: TLSSocket, raw: Leg): Leg {
  takeIn(secure);
  secure.on('error', () => undefined);
  raw.on('error', () => undefined);
  return Object.assign(secure, {
    resetAndDestroy(): TLSSocket {
      if (raw.destroyed) secure.destroy();
      else resetLeg(raw);
      return secure;
    },
    probe(): void {
      probeLeg(raw);
      if (raw.errored) secure.destroy(raw.errored);
    },
  });
}
