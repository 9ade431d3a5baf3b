import { isIP } from 'node:net';
import { type Instance, isLinkLocalIpv6, readTxtText, type SystemNetwork, systemClock } from '@mdns-ambassador/mdns';
import { Signpost } from '@mdns-ambassador/mesh/invitation';
import type { PeerNode } from '@mdns-ambassador/peers';
import { matchNetworks, type OpenPort, type Place, stripZone } from '@mdns-ambassador/relay';
import { JOIN_TYPE, NUMBER_KEY } from './join-place.ts';
import { openJoinPort } from './join-port.ts';

/**
 * Has who comes to join told where the inviter is, of whom peers tell, at the port where he would be himself. Rejects where that can't be had: another
 * process of this machine tells the same then, or invites.
 */
export async function showInviters(
  network: Pick<SystemNetwork, 'interfaces'>,
  peers: Pick<PeerNode, 'list'>,
): Promise<OpenPort> {
  const signpost = new Signpost(systemClock, (number, from) => findInviter(peers.list(JOIN_TYPE), number, from));
  const { port, close } = await openJoinPort(network, (socket) =>
    signpost.accept(socket, stripZone(socket.remoteAddress ?? '')),
  );
  return {
    port,
    async close() {
      signpost.close();
      await close();
    },
  };
}

/** Where somebody on another machine invites by this number: of his addresses the one that is nearest to who asks, as one may be a bridge's that leads from here alone. */
export function findInviter(instances: readonly Instance[], number: number, from: string): Place | undefined {
  for (const { txt, addresses, port } of instances) {
    if (readTxtText(txt, NUMBER_KEY) !== String(number)) continue;
    // Where a link-local one leads depends on who dials it.
    const [found] = addresses
      .filter(({ address, isFromThisHost }) => !isFromThisHost && !isLinkLocalIpv6(address))
      .toSorted((a, b) => countSharedBits(b.address, from) - countSharedBits(a.address, from));
    if (found !== undefined) return { host: found.address, port };
  }
  return undefined;
}

/** With which two addresses of one family begin alike. */
function countSharedBits(address: string, other: string): number {
  const version = isIP(address);
  if (version === 0 || version !== isIP(other)) return 0;
  for (let bits = version === 4 ? 32 : 128; bits > 0; bits--) {
    if (matchNetworks([`${address}/${bits}`])(other)) return bits;
  }
  return 0;
}
