import type { EndpointStatus } from '@mdns-ambassador/ambassador';
import type { RenderedService } from '../../../src/commands/render/rendered-service.ts';

export function endpoint(address: string, change: Partial<EndpointStatus> = {}): EndpointStatus {
  return {
    id: `static:${address}`,
    service: 'redis',
    addresses: [address],
    port: 6379,
    priority: 0,
    weight: 0,
    secure: false,
    source: 'static',
    draining: false,
    state: 'ready',
    active: 0,
    total: 0,
    failures: 0,
    bytesUp: 0,
    bytesDown: 0,
    ...change,
  };
}

export function redis(...endpoints: readonly EndpointStatus[]): RenderedService {
  return { service: 'redis', listen: [{ kind: 'tcp', address: '127.0.0.1', port: 6379 }], endpoints };
}
