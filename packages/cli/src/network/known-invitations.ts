import { type Instance, isLinkLocalIpv6, readTxtText, type SystemNetwork, systemClock } from '@mdns-ambassador/mdns';
import { Signpost } from '@mdns-ambassador/mesh/invitation';
import type { PeerNode } from '@mdns-ambassador/peers';
import { type Place, stripZone } from '@mdns-ambassador/relay';
import { JOIN_TYPE, NUMBER_KEY } from './join-place.ts';
import { type JoinPort, openJoinPort } from './join-port.ts';

/**
 * Has who comes to join told where the inviter is, of whom peers tell, at the port where he would be himself. Rejects where that can't be had: another
 * process of this machine tells the same then, or invites.
 */
export async function showInviters(
  network: Pick<SystemNetwork, 'interfaces'>,
  peers: Pick<PeerNode, 'list'>,
): Promise<JoinPort> {
  const signpost = new Signpost(systemClock, (number) => findInviter(peers.list(JOIN_TYPE), number));
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

/** Where somebody on another machine invites by this number, as others can dial it. */
export function findInviter(instances: readonly Instance[], number: number): Place | undefined {
  for (const { txt, addresses, port } of instances) {
    if (readTxtText(txt, NUMBER_KEY) !== String(number)) continue;
    // Where a link-local one leads depends on who dials it.
    const found = addresses.find(({ address, isFromThisHost }) => !isFromThisHost && !isLinkLocalIpv6(address));
    if (found !== undefined) return { host: found.address, port };
  }
  return undefined;
}
