import { type Check, type CheckOptions, type CheckTools, createCheck } from '@mdns-ambassador/checks';
import type { Clock } from '@mdns-ambassador/relay';
import type { Endpoint } from '../pool/endpoint.ts';
import { type AdmitDial, dialAnyAddress, dialIfAdmitted } from './dial-endpoint.ts';

/** A check that looks at one endpoint as its clients would: at whichever of its addresses answers. */
export function createEndpointCheck(
  options: CheckOptions,
  endpoint: Endpoint,
  { dial, runShell }: CheckTools,
  clock: Clock,
  admitDial: AdmitDial,
): Check {
  const target = { kind: 'tcp', address: endpoint.addresses[0] ?? '', port: endpoint.port } as const;
  return createCheck(options, target, {
    dial: dialAnyAddress(endpoint, dialIfAdmitted(dial, admitDial), clock),
    runShell,
  });
}
