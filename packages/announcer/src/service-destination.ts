import type { Socket } from 'node:net';
import { type Destination, formatTarget, isLocalTarget } from '@mdns-ambassador/relay';

/** The service behind an ingress, as prologues know it. Whoever has the address of the dialling side is on this machine. */
export function describeService({ localAddress, remoteAddress: address, remotePort: port }: Socket): Destination {
  if (address === undefined || port === undefined)
    return { endpointId: 'service', name: 'the service', proof: 'loopback' };
  const target = { kind: 'tcp', address, port } as const;
  const isHere = isLocalTarget(target) || address === localAddress;
  return { endpointId: 'service', name: formatTarget(target), proof: isHere ? 'loopback' : 'none' };
}
