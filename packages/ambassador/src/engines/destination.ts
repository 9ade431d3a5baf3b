import { type Destination, formatTarget, isLocalTarget, type Proof, type Target } from '@mdns-ambassador/relay';
import type { Endpoint } from '../pool/endpoint.ts';

/** An endpoint at one of its addresses, as prologues know it. `proof`: what the dial itself has shown. */
export function describeDestination(endpoint: Endpoint, address: string, proof?: Proof): Destination {
  const { id: endpointId, instance, port, source } = endpoint;
  const target: Target = { kind: 'tcp', address, port };
  const place = formatTarget(target);
  const name = instance === undefined ? place : `${instance} at ${place}`;
  return { endpointId, name, source, proof: proof ?? (isLocalTarget(target) ? 'loopback' : 'none') };
}
