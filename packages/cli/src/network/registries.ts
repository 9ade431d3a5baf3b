import { systemClock } from '@mdns-ambassador/mdns';
import {
  createEnsembleSessions,
  createEtcdRegistry,
  createSystemTransport,
  createZooKeeperRegistry,
  type Registry,
} from '@mdns-ambassador/registries';
import type { RegistrySpec } from '../parse/registry.ts';

/** What is asked for of ZooKeeper: an entry whose process is gone ends after this. */
const SESSION_TIMEOUT_MS = 10_000;

/** A client of its own; nothing is connected before it is used. */
export function openRegistry(spec: RegistrySpec): Registry {
  const shared = { clock: systemClock, random: Math.random };
  switch (spec.kind) {
    case 'zookeeper': {
      const openSession = createEnsembleSessions({
        ...shared,
        servers: spec.servers,
        sessionTimeoutMs: SESSION_TIMEOUT_MS,
      });
      return createZooKeeperRegistry({ ...shared, openSession });
    }
    case 'etcd':
      return createEtcdRegistry({ ...shared, transport: createSystemTransport(spec.servers) });
    default:
      return spec satisfies never;
  }
}
