import type { CarriedBytes } from '../engines/engine.ts';
import type { Endpoint, EndpointState, EndpointStatus } from '../pool/endpoint.ts';

/** CONTRACT 2: an endpoint as scripts see it. */
export interface EndpointReport {
  readonly service: string;
  /** The first to be dialled. */
  readonly address: string;
  readonly port: number;
  /** Absent where the source knows no instances. */
  readonly instance?: string;
  readonly priority: number;
  readonly weight: number;
  readonly secure: boolean;
  readonly source: string;
  /** Absent where the pool knows none. */
  readonly state?: EndpointState;
}

/** CONTRACT 3: `services[].endpoints[]`. */
export interface EndpointStatusReport extends EndpointReport {
  readonly state: EndpointState;
  readonly active: number;
  readonly total: number;
  readonly failures: number;
  /** Of open connections too; absent where the engine knows none of single endpoints. */
  readonly bytesUp?: number;
  readonly bytesDown?: number;
}

export function reportEndpoint(endpoint: Endpoint, state?: EndpointState): EndpointReport {
  const { service, addresses, port, instance, priority, weight, secure, source } = endpoint;
  const named = instance === undefined ? {} : { instance };
  const judged = state === undefined ? {} : { state };
  return { service, address: addresses[0] ?? '', port, ...named, priority, weight, secure, source, ...judged };
}

/** `open`: what its open connections have carried; undefined where the engine does not know. */
export function reportEndpointStatus(status: EndpointStatus, open?: CarriedBytes): EndpointStatusReport {
  const { state, active, total, failures } = status;
  const bytes =
    open === undefined ? {} : { bytesUp: status.bytesUp + open.bytesUp, bytesDown: status.bytesDown + open.bytesDown };
  return { ...reportEndpoint(status), state, active, total, failures, ...bytes };
}
