import type { EndpointStatus } from '../pool/endpoint.ts';
import { EndpointWatch, type EndpointWatchOptions } from './endpoint-watch.ts';

export type ResolveOptions = Omit<EndpointWatchOptions, 'onChange'>;

/**
 * One shot: what the sources find within `timeoutMs`, earlier once something was found and it became quiet. Returns the
 * endpoints in the order in which one client would try them; none is an empty list. Quiet is `quietMs` without a change.
 */
export async function resolveEndpoints(
  options: ResolveOptions,
  timeoutMs: number,
  quietMs?: number,
): Promise<readonly EndpointStatus[]> {
  const watch = new EndpointWatch(options);
  try {
    const settled = watch.settle(timeoutMs, quietMs);
    await watch.start();
    await settled;
    return watch.endpoints();
  } finally {
    await watch.close();
  }
}
