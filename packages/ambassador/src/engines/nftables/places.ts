import { isIPv4 } from 'node:net';
import { type BalancerName, createBalancer } from '../../pool/balancer.ts';
import { type Endpoint, namePlace } from '../../pool/endpoint.ts';
import { UNPACED } from '../../pool/pace.ts';
import type { PlannedEndpoint } from '../../pool/plan.ts';

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
/** These send one client address to one endpoint. */
const ONE_AT_A_TIME: readonly BalancerName[] = ['first', 'source-hash'];

export function listIpv4Addresses({ addresses }: Endpoint): readonly string[] {
  return addresses.filter((address) => isIPv4(address));
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
  const chosen = ONE_AT_A_TIME.includes(balance) ? chooseOne(used, balance) : used;
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

function chooseOne(used: readonly PlannedEndpoint[], balance: BalancerName): readonly PlannedEndpoint[] {
  const candidates = used.map(({ endpoint, share }) => ({ endpoint, share, active: 0, pace: UNPACED }));
  const one = createBalancer(balance, () => 0).choose(candidates, CLIENT_ADDRESS);
  return used.filter(({ endpoint }) => endpoint === one?.endpoint);
}
