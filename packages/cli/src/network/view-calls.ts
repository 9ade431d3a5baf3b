import { type SystemNetwork, systemClock } from '@mdns-ambassador/mdns';
import { explainRefusal, MeshPeers } from '@mdns-ambassador/mesh';
import { createSystemTransport, type PeerPlace, ViewCalls } from '@mdns-ambassador/peers';
import { stripZone } from '@mdns-ambassador/relay';
import type { PeersOptions } from './peers.ts';

/** Shows this process to members who look. */
export interface SelfShowing {
  /** `looker` says by multicast that somebody looks, and listens there. */
  hearLook(place: PeerPlace, looker: string): void;
  /** What this process shows is another now, in more than its numbers. */
  change(): void;
  /** Idempotent. */
  close(): void;
}

/** For a machine with rights for single services, which has no peer links; undefined for who has, for who has nothing to show, and with a token, which names no machine. */
export function showSelf(
  network: Pick<SystemNetwork, 'ownAddresses'>,
  { mesh, surroundings, describe }: Pick<PeersOptions, 'mesh' | 'surroundings' | 'describe'>,
): SelfShowing | undefined {
  if (mesh === undefined || describe === undefined || explainRefusal(mesh.ring, 'peer', '') === undefined)
    return undefined;
  if (explainRefusal(mesh.ring, 'view', '') !== undefined) return undefined;
  const security = new MeshPeers({ mesh, role: 'view' });
  const calls = new ViewCalls({
    version: surroundings.version,
    clock: systemClock,
    random: Math.random,
    transport: createSystemTransport({ security, isServed: () => false }),
    describe,
  });
  return {
    hearLook(place, looker) {
      if (!network.ownAddresses().has(stripZone(place.host))) calls.call(place, looker);
    },
    change: () => calls.change(),
    close() {
      calls.close();
      security.close();
    },
  };
}
