import type { ZooKeeperServer } from '@mdns-ambassador/registries';
import { formatPlace } from '@mdns-ambassador/relay';
import { createRegistrySource, type RegistrySourceOptions } from './registry.ts';
import type { Source } from './source.ts';

export interface ZooKeeperSourceOptions extends RegistrySourceOptions {
  /** The ensemble, as the user wrote it. */
  readonly servers: readonly ZooKeeperServer[];
  /** The node whose children are the endpoints: `/nerve/services/redis`. */
  readonly path: string;
}

/** The ephemeral nodes below a path: what nerve, Finagle's serversets or `announce --to zookeeper:` write there. */
export function createZooKeeperSource({ servers, path, ...options }: ZooKeeperSourceOptions): Source {
  return createRegistrySource(
    `zookeeper:${servers.map(({ host, port }) => formatPlace(host, port)).join(',')}${path}`,
    path,
    options,
  );
}
