import { type FindSourceAddress, findSourceAddress, matchNetworks } from '@mdns-ambassador/relay';
import type { OsNetwork } from '../system/os-network.ts';
import type { Path } from './evidence.ts';

/** Where the kernel sends what is for an address. Never rejects. */
export async function findPath(
  address: string,
  network: OsNetwork,
  find: FindSourceAddress = findSourceAddress,
): Promise<Path> {
  const found = await find(address);
  if ('code' in found) return { kind: 'none', code: found.code };
  const homes = findHomes(address, network);
  const candidates = network.filter(({ addresses }) => addresses.some((own) => own.address === found.source));
  // A link-local address may stand on several interfaces.
  const through = candidates.find(({ name }) => homes.includes(name)) ?? candidates[0];
  return {
    kind: 'via',
    interfaceName: through?.name ?? 'an unknown interface',
    isTunnel: through?.isTunnel === true,
    homes,
  };
}

/** Whether an address is one of this machine's. */
export function isOwnAddress(address: string, network: OsNetwork): boolean {
  const literal = address.replace(/%.*$/, '');
  return /^127\./.test(literal) || network.some(({ addresses }) => addresses.some((own) => own.address === literal));
}

/** The interfaces in whose prefix an address lies, tunnels and loopback aside; of a link-local one the interface of its zone. */
function findHomes(address: string, network: OsNetwork): readonly string[] {
  const [literal = '', zone] = address.split('%');
  if (zone !== undefined) {
    return network
      .filter(({ name, addresses }) => name === zone || addresses.some(({ scopeId }) => String(scopeId) === zone))
      .map(({ name }) => name);
  }
  return network
    .filter(({ isTunnel, loopback }) => !isTunnel && !loopback)
    .filter(({ addresses }) => matchNetworks(addresses.map((own) => `${own.address}/${own.prefixLength}`))(literal))
    .map(({ name }) => name);
}
