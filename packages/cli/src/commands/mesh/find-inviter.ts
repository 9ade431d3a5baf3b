import { isEndpointAddress, judgeAddress } from '@mdns-ambassador/ambassador';
import { type Instance, type MdnsNode, readTxtText } from '@mdns-ambassador/mdns';
import { isLoopback } from '@mdns-ambassador/relay';
import { JOIN_TYPE, type JoinPlace, NUMBER_KEY } from '../../network/join-place.ts';
import type { LocalNetwork } from '../../network/local-network.ts';

/** Places of one inviter that are tried. */
const MAX_PLACES = 6;
/** Who says that he invites by this number and is no inviter must not be tried for ever. */
const MAX_INVITERS = 3;

/** `link`: it says so by multicast. `at`: a person wrote that it invites; `peer`: that it may know who does. `remembered`: this machine has met it before, and nobody named it. */
export type InviterOrigin = 'link' | 'at' | 'peer' | 'remembered';

/** Who invites, or may know who does. */
export interface Inviter {
  /** From the network: to be escaped. */
  readonly name: string;
  readonly places: readonly JoinPlace[];
  readonly origin: InviterOrigin;
}

/** Looks for those who invite by this number on the link; `onFound` is called for each, once, three at most, until the node is closed. */
export function findInviters(
  { node, network }: Pick<LocalNetwork, 'network'> & { readonly node: Pick<MdnsNode, 'browse'> },
  number: number,
  onFound: (inviter: Inviter) => void,
): void {
  const found = new Set<string>();
  node.browse({ type: JOIN_TYPE }, (event) => {
    if (event.kind !== 'added' && event.kind !== 'updated') return;
    const { instance } = event;
    if (readTxtText(instance.txt, NUMBER_KEY) !== String(number)) return;
    const places = listPlaces(instance, network);
    if (places.length === 0 || found.has(instance.name) || found.size >= MAX_INVITERS) return;
    found.add(instance.name);
    onFound({ name: instance.name, places, origin: 'link' });
  });
}

/** Whether a machine that a person named may send us there: anywhere but where nobody, this machine, or a cloud's credentials are. */
export function mayBeInviter({ host }: JoinPlace): boolean {
  return isEndpointAddress(host) && !isLoopback(host);
}

/** On this link alone, as for services. */
function listPlaces({ addresses, port }: Instance, network: LocalNetwork['network']): readonly JoinPlace[] {
  const context = { interfaces: network.interfaces(), own: network.ownAddresses(), allowed: [] };
  const accepted = addresses.flatMap((address) => {
    const verdict = judgeAddress(address, context);
    return verdict.kind === 'accepted' ? [verdict.address] : [];
  });
  return [...new Set(accepted)].slice(0, MAX_PLACES).map((host) => ({ host, port }));
}
