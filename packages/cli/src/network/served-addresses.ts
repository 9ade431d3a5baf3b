import { listTold, type NetworkInterface } from '@mdns-ambassador/mdns';
import { isLoopback, stripZone } from '@mdns-ambassador/relay';

/** What others are told of the interfaces that are announced and browsed on, IPv4 first; without zone. */
export function listAddresses(interfaces: readonly NetworkInterface[]): readonly string[] {
  return interfaces
    .filter(({ loopback }) => !loopback)
    .flatMap(({ addresses }) => listTold(addresses))
    .toSorted((a, b) => Number(a.family === 'IPv6') - Number(b.family === 'IPv6'))
    .map(({ address }) => address);
}

/** Whether peers that come in at this address of ours are served: at those interfaces, and from this machine. */
export function isServedAt(interfaces: readonly NetworkInterface[], localAddress: string): boolean {
  const served = interfaces.flatMap(({ loopback, addresses }) => (loopback ? [] : addresses));
  return isLoopback(localAddress) || served.some(({ address }) => address === stripZone(localAddress));
}
