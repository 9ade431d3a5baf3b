import { createRegistrySource, type RegistrySourceOptions } from './registry.ts';
import type { Source } from './source.ts';

export interface EtcdSourceOptions extends RegistrySourceOptions {
  /** The members of the cluster, as the user wrote them: `http://10.0.0.1:2379`. */
  readonly servers: readonly string[];
  /** `/services/redis`: the keys `/services/redis/...` are the endpoints. */
  readonly prefix: string;
}

/** The keys under a prefix: what `announce --to etcd:`, nerve or registrator write there. */
export function createEtcdSource({ servers, prefix, ...options }: EtcdSourceOptions): Source {
  return createRegistrySource(`etcd:${servers.join(',')}${prefix}`, prefix, options);
}
