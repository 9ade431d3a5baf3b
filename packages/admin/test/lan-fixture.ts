import type { SeenInstance } from '../src/lan/merge-lan.ts';
import type { AnnouncedView, ProxiedView, ShownProcess, UsedEndpoint } from '../src/lan/shown-process.ts';

export function shown(number: number, name: string, change: Partial<ShownProcess> = {}): ShownProcess {
  return {
    id: number.toString(16).padStart(16, '0'),
    machine: {
      id: (number + 0x1000).toString(16).padStart(16, '0'),
      name,
      platform: 'linux',
      addresses: [`10.0.${Math.floor(number / 250)}.${(number % 250) + 1}`],
    },
    version: '0.1.0',
    mode: 'mesh',
    announced: [],
    proxied: [],
    ...change,
  };
}

export function announced(service: string, machine: string, change: Partial<AnnouncedView> = {}): AnnouncedView {
  return {
    service,
    instance: `${service} on ${machine}`,
    type: `_${service}._tcp`,
    port: 6379,
    state: 'announced',
    ...change,
  };
}

export function endpoint(instance: string, change: Partial<UsedEndpoint> = {}): UsedEndpoint {
  return { instance, address: '10.9.9.9', port: 6379, state: 'ready', active: 0, total: 0, failures: 0, ...change };
}

export function proxied(service: string, endpoints: readonly UsedEndpoint[], bytes = 0): ProxiedView {
  return { service, listen: ['127.0.0.1:6379'], bytes, endpoints };
}

export function instance(
  service: string,
  machine: string,
  address: string,
  change: Partial<SeenInstance> = {},
): SeenInstance {
  return {
    service,
    instance: `${service} on ${machine}`,
    type: `_${service}._tcp`,
    host: `${machine}-k3x9.local`,
    port: 6379,
    addresses: [address],
    isFromThisHost: false,
    isOurs: true,
    ...change,
  };
}
