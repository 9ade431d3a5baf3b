import type { ProxyOptions } from '@mdns-ambassador/ambassador';
import { type CancelKeys, createPostgresCancelRouting } from '@mdns-ambassador/credentials';
import type { Mesh } from '@mdns-ambassador/mesh';
import type { Opening } from '@mdns-ambassador/relay';
import { createMeshPath, type MeshPath } from '../network/mesh.ts';
import type { Reporter } from '../output/reporter.ts';
import type { OpenInjection } from './injections.ts';

/** A service of PostgreSQL goes by one of these. */
const POSTGRES_NAMES: readonly string[] = ['postgres', 'postgresql'];

export interface CarriageContext {
  /** Undefined in open mode. */
  readonly mesh: Mesh | undefined;
  readonly reporter: Reporter;
  /** Shared with other processes; absent: of this one alone. */
  readonly cancelKeys?: CancelKeys;
}

export interface ComposedCarriage {
  readonly options: Pick<ProxyOptions, 'prologues' | 'opening' | 'dialler' | 'proof'>;
  /** Undefined in open mode. */
  readonly path: MeshPath | undefined;
}

/** What runs on the way of each connection of a service: how endpoints are dialled, what clients and endpoints are told. */
export function composeCarriage(
  service: string,
  { mesh, reporter, cancelKeys }: CarriageContext,
  injection: OpenInjection | undefined,
): ComposedCarriage {
  const opening = injection === undefined ? composeOpening(service, cancelKeys) : injection.opening;
  const path = mesh === undefined ? undefined : createMeshPath(mesh, service, reporter);
  return {
    options: {
      ...(injection === undefined ? {} : { prologues: injection.prologues }),
      ...(opening === undefined ? {} : { opening }),
      ...(path === undefined ? {} : { dialler: path.dialler, proof: 'mesh' }),
    },
    path,
  };
}

/** What is heard of a client although nobody logs in in its place. */
function composeOpening(service: string, cancelKeys: CancelKeys | undefined): Opening | undefined {
  return POSTGRES_NAMES.includes(service) ? createPostgresCancelRouting(cancelKeys) : undefined;
}
