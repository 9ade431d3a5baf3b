import { createHash } from 'node:crypto';
import { isLinkLocalIpv6 } from '@mdns-ambassador/mdns';
import type { Endpoint } from '../../pool/endpoint.ts';

/** One place of an endpoint, as haproxy knows it. Another place is another server, with connections of its own. */
export interface Server {
  /** The same for the same place of the same endpoint, in every run: who comes back finds its servers. */
  readonly name: string;
  readonly endpointId: string;
  readonly address: string;
  readonly port: number;
  /** 1..256 (haproxy's configuration manual, 5.2). */
  readonly weight: number;
}

/** What is ours in a backend that others may use too. */
const PREFIX = 'ambassador.';
const READABLE_LENGTH = 40;
const HASH_LENGTH = 12;

/** haproxy reports a dead server itself, within two checks; a dial that fails tells it at once. */
const CHECK = 'check inter 2s fastinter 250ms downinter 500ms fall 2 rise 1';
const ON_DIAL_FAILURE = 'observe layer4 error-limit 1 on-error mark-down';
/** As long as the pool's own slow start. */
const SLOW_START = 'slowstart 5s';

export function nameServer(endpoint: Endpoint, address: string): string {
  const hash = createHash('sha256').update(`${endpoint.id}\0${address}\0${endpoint.port}`).digest('hex');
  const readable = (endpoint.instance ?? address).replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, READABLE_LENGTH);
  return `${PREFIX}${readable}.${hash.slice(0, HASH_LENGTH)}`;
}

export function isOurServer(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** Behind the name, in a configuration file and in `add server` alike: that inherits no `default-server`. */
export function describeServer({ address, port, weight }: Server): string {
  return `${formatAddress(address)}:${port} ${CHECK} ${ON_DIAL_FAILURE} ${SLOW_START} weight ${weight}`;
}

/** haproxy knows no zones: a link-local IPv6 address is out of its reach. */
export function isReachable(address: string): boolean {
  return !address.includes('%') && !isLinkLocalIpv6(address);
}

function formatAddress(address: string): string {
  return address.includes(':') ? `ipv6@[${address}]` : `ipv4@${address}`;
}
