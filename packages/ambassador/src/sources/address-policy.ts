import { isIP } from 'node:net';
import type { InstanceAddress, NetworkInterface } from '@mdns-ambassador/mdns';
import ipaddr, { type IPv4, type IPv6 } from 'ipaddr.js';
import { AmbassadorError } from '../ambassador-error.ts';

/** A parsed prefix such as `10.0.0.0/8`. */
export interface Cidr {
  readonly text: string;
  readonly network: IPv4 | IPv6;
  readonly prefixLength: number;
}

export interface AddressContext {
  /** The interfaces of this host that are up now. */
  readonly interfaces: readonly NetworkInterface[];
  /** Addresses of this host beyond those, without zone; absent: none. */
  readonly own?: ReadonlySet<string>;
  /** Accepted beyond the link (`--allow-cidr`). */
  readonly allowed: readonly Cidr[];
}

/** Why an announced address is not dialled. */
export type AddressRefusal =
  | 'malformed'
  | 'unspecified'
  | 'multicast'
  | 'broadcast'
  | 'reserved'
  | 'nat64'
  | 'metadata'
  | 'loopback'
  | 'own'
  | 'no-zone'
  | 'documentation'
  | 'off-link';

export type AddressVerdict =
  /** `address` in canonical form: IPv4-mapped IPv6 as IPv4, link-local IPv6 with its zone. */
  | { readonly kind: 'accepted'; readonly address: string }
  | { readonly kind: 'refused'; readonly address: string; readonly refusal: AddressRefusal };

/** Ranges that are never an endpoint, whatever the link says. */
const FORBIDDEN: readonly (readonly [AddressRefusal, readonly Cidr[]])[] = [
  ['unspecified', ['0.0.0.0/8', '::/128'].map(parseCidr)],
  ['multicast', ['224.0.0.0/4', 'ff00::/8'].map(parseCidr)],
  ['broadcast', ['255.255.255.255/32'].map(parseCidr)],
  // RFC 1112 4: class E.
  ['reserved', ['240.0.0.0/4'].map(parseCidr)],
  // RFC 6052, RFC 8215: they reach whatever IPv4 address stands in them.
  ['nat64', ['64:ff9b::/96', '64:ff9b:1::/48'].map(parseCidr)],
  // Where clouds hand out credentials: AWS, GCP and Azure; ECS; EKS; Alibaba; Oracle; Azure's wire server; AWS over IPv6.
  [
    'metadata',
    [
      '169.254.169.254',
      '169.254.170.2',
      '169.254.170.23',
      '100.100.100.200',
      '192.0.0.192',
      '168.63.129.16',
      'fd00:ec2::254',
      'fd00:ec2::23',
    ].map(parseCidr),
  ],
];
const LOOPBACK: readonly Cidr[] = ['127.0.0.0/8', '::1'].map(parseCidr);
const LINK_LOCAL_IPV6: readonly Cidr[] = ['fe80::/10'].map(parseCidr);
/** RFC 5737, RFC 3849, RFC 9637. */
const DOCUMENTATION: readonly Cidr[] = [
  '192.0.2.0/24',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '2001:db8::/32',
  '3fff::/20',
].map(parseCidr);

/** Parses `10.1.0.0/16` or a single address; throws an {@link AmbassadorError} that names the value. */
export function parseCidr(text: string): Cidr {
  const [literal = '', bits, ...rest] = text.split('/');
  const family = isIP(literal);
  const prefixLength = bits === undefined ? (family === 4 ? 32 : 128) : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  if (
    family === 0 ||
    literal.includes('%') ||
    rest.length > 0 ||
    prefixLength < 0 ||
    prefixLength > (family === 4 ? 32 : 128)
  ) {
    throw new AmbassadorError(
      'BAD_CIDR',
      `${JSON.stringify(text)} is not a network: write e.g. 10.1.0.0/16 or fd12::/48`,
    );
  }
  return { text, network: ipaddr.parse(literal), prefixLength };
}

/** Whether a literal address without zone is in one of these networks. */
export function isInNetworks(literal: string, networks: readonly Cidr[]): boolean {
  return isIP(literal) !== 0 && isInAny(ipaddr.process(literal), networks);
}

/** Whether an announced address may be dialled (discovery is a hint that must not lead us elsewhere). */
export function judgeAddress(candidate: InstanceAddress, context: AddressContext): AddressVerdict {
  const [literal = '', zone] = candidate.address.split('%');
  if (isIP(literal) === 0) return { kind: 'refused', address: candidate.address, refusal: 'malformed' };
  const ip = ipaddr.process(literal);
  const refusal = findRefusal(ip, zone, candidate, context);
  if (refusal !== undefined) return { kind: 'refused', address: candidate.address, refusal };
  return { kind: 'accepted', address: isInAny(ip, LINK_LOCAL_IPV6) ? `${ip.toString()}%${zone}` : ip.toString() };
}

/** The same of an address that a peer tells, who says himself where he is: it may be beyond the link, but is none of ours unless he is on this machine. */
export function judgePeerAddress(candidate: InstanceAddress, context: AddressContext): AddressVerdict {
  const [literal = '', zone = ''] = candidate.address.split('%');
  const refuse = (refusal: AddressRefusal): AddressVerdict => ({
    kind: 'refused',
    address: candidate.address,
    refusal,
  });
  if (isIP(literal) === 0) return refuse('malformed');
  const ip = ipaddr.process(literal);
  for (const [refusal, ranges] of FORBIDDEN) if (isInAny(ip, ranges)) return refuse(refusal);
  const { isFromThisHost } = candidate;
  if (isInAny(ip, LOOPBACK) && !isFromThisHost) return refuse('loopback');
  if (!isFromThisHost && isOwn(ip, context)) return refuse('own');
  const isLinkLocal = isInAny(ip, LINK_LOCAL_IPV6);
  if (isLinkLocal && zone === '') return refuse('no-zone');
  return { kind: 'accepted', address: isLinkLocal ? `${ip.toString()}%${zone}` : ip.toString() };
}

/**
 * Whether an address that a name server or the user gave may be dialled: anywhere but where nobody, everybody, or a cloud's
 * credentials are. A zone is part of a link-local address. NAT64 is how some networks reach others.
 */
export function isEndpointAddress(address: string): boolean {
  const [literal = '', zone] = address.split('%');
  if (isIP(literal) === 0) return false;
  const ip = ipaddr.process(literal);
  if (isInAny(ip, LINK_LOCAL_IPV6)) return zone !== undefined && zone !== '';
  return FORBIDDEN.every(([refusal, ranges]) => refusal === 'nat64' || !isInAny(ip, ranges));
}

function findRefusal(
  ip: IPv4 | IPv6,
  zone: string | undefined,
  candidate: InstanceAddress,
  context: AddressContext,
): AddressRefusal | undefined {
  for (const [refusal, ranges] of FORBIDDEN) if (isInAny(ip, ranges)) return refusal;
  if (isInAny(ip, LOOPBACK)) return isFromLoopback(candidate, context) ? undefined : 'loopback';
  if (isInAny(ip, LINK_LOCAL_IPV6) && !isZoneOf(zone, candidate, context)) return 'no-zone';
  // Two hosts may have the same address, such as that of a container network, and each means itself.
  if (!candidate.isFromThisHost && isOwn(ip, context)) return 'own';
  if (isInAny(ip, LINK_LOCAL_IPV6)) return undefined;
  const onLink = findOnLinkPrefixes(ip, candidate, context);
  if (onLink.some((prefix) => isDirectedBroadcast(ip, prefix))) return 'broadcast';
  if (onLink.length > 0) return undefined;
  if (isInAny(ip, context.allowed)) return undefined;
  return isInAny(ip, DOCUMENTATION) ? 'documentation' : 'off-link';
}

/** What is on loopback is this host's alone, and comes by loopback alone: a source can be forged on any other link. */
function isFromLoopback({ interfaceName, isFromThisHost }: InstanceAddress, { interfaces }: AddressContext): boolean {
  return isFromThisHost && interfaces.some(({ name, loopback }) => loopback && name === interfaceName);
}

function isOwn(ip: IPv4 | IPv6, { interfaces, own }: AddressContext): boolean {
  const text = ip.toString();
  return (
    own?.has(text) === true ||
    interfaces.some(({ addresses }) =>
      addresses.some(({ address }) => isIP(address) !== 0 && ipaddr.process(address).toString() === text),
    )
  );
}

/** The zone must be the one of the interface that it was heard on, by name or (Windows) by index. */
function isZoneOf(zone: string | undefined, candidate: InstanceAddress, { interfaces }: AddressContext): boolean {
  if (zone === undefined || zone === '') return false;
  if (zone === candidate.interfaceName) return true;
  const heardOn = interfaces.find(({ name }) => name === candidate.interfaceName);
  return heardOn?.addresses.some(({ scopeId }) => scopeId !== 0 && String(scopeId) === zone) ?? false;
}

/**
 * What another link has under this address is somebody else. What this host says of itself is true of all its links: it knows them, and
 * dials itself.
 */
function findOnLinkPrefixes(
  ip: IPv4 | IPv6,
  { interfaceName, isFromThisHost }: InstanceAddress,
  context: AddressContext,
): readonly Cidr[] {
  const believesAll = isFromThisHost && isOwn(ip, context);
  return context.interfaces
    .filter(({ name, loopback }) => !loopback && (believesAll || name === interfaceName))
    .flatMap(({ addresses }) => addresses)
    .filter(({ address }) => isIP(address) !== 0)
    .map(({ address, prefixLength }) => ({ text: address, network: ipaddr.parse(address), prefixLength }))
    .filter((prefix) => isInCidr(ip, prefix));
}

/** The last address of an IPv4 prefix, and the first (the all-zeros broadcast of old); RFC 3021: a /31 has neither. */
function isDirectedBroadcast(ip: IPv4 | IPv6, { network, prefixLength }: Cidr): boolean {
  if (ip.kind() !== 'ipv4' || network.kind() !== 'ipv4' || prefixLength >= 31) return false;
  const cidr = `${network.toString()}/${prefixLength}`;
  const text = ip.toString();
  return (
    text === ipaddr.IPv4.broadcastAddressFromCIDR(cidr).toString() ||
    text === ipaddr.IPv4.networkAddressFromCIDR(cidr).toString()
  );
}

function isInAny(ip: IPv4 | IPv6, ranges: readonly Cidr[]): boolean {
  return ranges.some((range) => isInCidr(ip, range));
}

function isInCidr(ip: IPv4 | IPv6, { network, prefixLength }: Cidr): boolean {
  if (ip instanceof ipaddr.IPv4) return network instanceof ipaddr.IPv4 && ip.match(network, prefixLength);
  return network instanceof ipaddr.IPv6 && ip.match(network, prefixLength);
}
