import { formatPlace } from '@mdns-ambassador/relay';
import { escapeText } from '../../../output/escape.ts';
import type { HostEvidence } from './evidence.ts';

/** `anna.local (192.168.7.20)`, or the address alone where that was typed. */
export function nameHost({ host, address }: Pick<HostEvidence, 'host' | 'address'>): string {
  const typed = escapeText(host);
  return address === undefined || address === host ? typed : `${typed} (${escapeText(address)})`;
}

/** What is to be typed again. */
export function nameTyped({ host }: HostEvidence): string {
  return escapeText(host);
}

/** What was tried and what came of it, in the order in which it was tried. */
export function listEvidence(evidence: HostEvidence): readonly string[] {
  const { path, neighbour, gateway, othersOnLink, tcp, udp, toHost, fromHost, withheld, peer, peerRefusal } = evidence;
  const address = escapeText(evidence.address ?? evidence.host);
  return [
    path.kind === 'none' ? `no route (${path.code})` : `sent through ${path.interfaceName}`,
    ...(neighbour === 'unknown' ? [] : [`link layer: ${neighbour}`]),
    ...(gateway === 'unknown' || gateway === 'none' ? [] : [`gateway: ${gateway}`]),
    `others on the link: ${othersOnLink}`,
    ...tcp.map((one) => `TCP ${formatPlace(address, one.port)}: ${describeTry(one.outcome)}`),
    `UDP ${formatPlace(address, 5353)}: ${describeTry(udp)}`,
    ...(toHost.kind === 'untried' ? [] : [`multicast to it: ${describeTry(toHost)}`]),
    ...(fromHost === 'untried' ? [] : [`multicast from it: ${fromHost}`]),
    ...(withheld === undefined ? [] : [`multicast that the kernel took and no program got: ${withheld}`]),
    ...(peerRefusal === undefined ? [] : [`its ambassador does not let us in: ${escapeText(peerRefusal)}`]),
    ...(peer?.heardMulticast === undefined ? [] : [`it heard our multicast: ${peer.heardMulticast ? 'yes' : 'no'}`]),
    ...(peer?.sendFailure === undefined ? [] : [`it could not send multicast: ${escapeText(peer.sendFailure)}`]),
    ...(peer?.isReached === undefined ? [] : [`TCP from it: ${peer.isReached ? 'arrived' : 'did not arrive'}`]),
    ...(peer?.refusal === undefined ? [] : [`it did not show all of it: ${escapeText(peer.refusal)}`]),
    ...(peer === undefined ? [] : [`it sees us at: ${escapeText(peer.seenAs)}`]),
  ];
}

function describeTry(outcome: { readonly kind: string } & { readonly code?: string }): string {
  return outcome.kind === 'failed' ? (outcome.code ?? 'failed') : outcome.kind;
}
