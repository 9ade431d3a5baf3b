import { isIPv4 } from 'node:net';
import type { BalancerName } from '../../pool/balancer.ts';
import { type Endpoint, namePlace } from '../../pool/endpoint.ts';
import { chooseOne, type PlannedEndpoint } from '../../pool/plan.ts';
import type { ListeningPlace } from './rules.ts';

/** Where the kernel sends clients of one endpoint: an IPv4 address and a port. */
export interface CarriedPlace {
  readonly endpoint: Endpoint;
  readonly address: string;
}

/** A part of the new connections. */
export interface Choice {
  /** Absent: engine node takes them. */
  readonly place?: CarriedPlace;
  /** Above 0, relative to the other choices. */
  readonly share: number;
}

/** Every client of this engine comes from here. */
const CLIENT_ADDRESS = '127.0.0.1';

export function listIpv4Addresses({ addresses }: Endpoint): readonly string[] {
  return addresses.filter((address) => isIPv4(address));
}

/** What such a name says. */
export function readPlace(name: string): ListeningPlace {
  const [address = '', port] = name.split('|');
  return { address, port: Number(port) };
}

export function nameCarried({ address, endpoint }: CarriedPlace): string {
  return namePlace(address, endpoint.port);
}

/**
 * Who gets which part of the new connections. `addressOf`: at which IPv4 address the endpoint has answered; the part of an
 * endpoint without one, and of those beyond `most`, goes to engine node.
 */
export function listChoices(
  plan: readonly PlannedEndpoint[],
  balance: BalancerName,
  addressOf: (endpoint: Endpoint) => string | undefined,
  most: number,
): readonly Choice[] {
  const used = plan.filter(({ isUsed }) => isUsed);
  // These send one client address to one endpoint.
  const isOneAlone = balance === 'first' || balance === 'source-hash';
  const chosen = isOneAlone ? chooseOne(used, balance, CLIENT_ADDRESS) : used;
  const choices = new Map<string, Choice>();
  for (const { endpoint, share } of chosen) {
    const address = addressOf(endpoint);
    const place = address === undefined ? undefined : { endpoint, address };
    const name = place === undefined ? '' : nameCarried(place);
    const isKept = place !== undefined && (choices.has(name) || choices.size < most);
    const before = choices.get(isKept ? name : '');
    choices.set(isKept ? name : '', {
      ...(isKept ? { place: before?.place ?? place } : {}),
      share: share + (before?.share ?? 0),
    });
  }
  return [...choices.values()];
}
