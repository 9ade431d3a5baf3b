import type { Clock } from '@mdns-ambassador/mdns';
import type { BalancerName } from './pool/balancer.ts';
import type { EndpointStatus } from './pool/endpoint.ts';
import type { MergeMode } from './pool/merge.ts';
import { Pool } from './pool/pool.ts';
import type { Random } from './pool/random.ts';
import type { Source } from './sources/source.ts';

export interface ResolveOptions {
  /** In the order written. They are started and closed here. */
  readonly sources: readonly Source[];
  readonly merge: MergeMode;
  readonly balance: BalancerName;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Once something was found, this long without a change ends the search: an mDNS answer comes within 120 ms (RFC 6762 6), and
 * the answer to a follow-up question within 120 ms of that.
 */
export const QUIET_MS = 250;

/**
 * One shot: what the sources find within `timeoutMs`, earlier once something was found and nothing changed for
 * {@link QUIET_MS}. Returns the endpoints in the order in which one client would try them; none is an empty list.
 */
export async function resolveEndpoints(options: ResolveOptions, timeoutMs: number): Promise<readonly EndpointStatus[]> {
  const { sources, merge, balance, clock, random } = options;
  const pool = new Pool({ sources: sources.map(({ name }) => name), merge, balance, random });
  const { promise: finished, resolve: finish } = withResolvers();
  const cancelTimeout = clock.after(timeoutMs, finish);
  let cancelQuiet = (): void => undefined;
  try {
    for (const source of sources) {
      await source.start((update) => {
        if (pool.apply(source.name, update, clock.now()).length === 0) return;
        cancelQuiet();
        if (pool.hasEndpoint()) cancelQuiet = clock.after(QUIET_MS, finish);
      });
    }
    await finished;
  } finally {
    cancelTimeout();
    cancelQuiet();
    await Promise.all(sources.map((source) => source.close()));
  }
  const statusById = new Map(pool.snapshot().map((status) => [status.id, status]));
  return pool.order(clock.now()).flatMap(({ id }) => statusById.get(id) ?? []);
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
