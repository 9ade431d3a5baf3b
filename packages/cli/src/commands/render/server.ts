import { isIP } from 'node:net';
import type { EndpointStatus } from '@mdns-ambassador/ambassador';
import { formatPlace } from '@mdns-ambassador/relay';
import { escapeText } from '../../output/escape.ts';

/** An endpoint as it stands in another program's file. All of its texts are safe there. */
interface RenderedServer {
  /** `10.0.0.1:6379`, `[fd00::1]:6379`. */
  readonly place: string;
  /** The same without brackets; no two have the same. */
  readonly name: string;
  /** `# "redis on h1"`; absent where the source knows no instances. One line, without controls. */
  readonly comment?: string;
  readonly weight: number;
  /** To be used where no other is left: a higher SRV priority, not heard of any more, or leaving. */
  readonly isBackup: boolean;
}

interface RenderedServers {
  readonly servers: readonly RenderedServer[];
  /** All of the backups stand equal, so that they can be used together. */
  readonly isOneLevelOfBackups: boolean;
}

const HIGHEST_PORT = 65_535;

/**
 * The servers of a service, in the endpoints' order. Left out is what neither haproxy nor nginx can dial: an endpoint whose
 * only addresses are of one link (`fe80::1%eth0`).
 */
export function listServers(endpoints: readonly EndpointStatus[], highestWeight: number): RenderedServers {
  const usable = endpoints.flatMap((endpoint) => {
    const address = endpoint.addresses.find((one) => isIP(one) !== 0 && !one.includes('%'));
    const isDialable = Number.isInteger(endpoint.port) && endpoint.port > 0 && endpoint.port <= HIGHEST_PORT;
    return address === undefined || !isDialable ? [] : [{ endpoint, address, level: levelOf(endpoint) }];
  });
  const levels = [...new Set(usable.map(({ level }) => level))];
  const weights = new Map(
    levels.flatMap((level) => {
      const peers = usable.filter((one) => one.level === level).map(({ endpoint }) => endpoint);
      const scaled = scaleWeights(
        peers.map(({ weight }) => weight),
        highestWeight,
      );
      return peers.map((peer, index) => [peer, scaled[index] ?? 1] as const);
    }),
  );
  const servers = usable.map(
    ({ endpoint, address, level }): RenderedServer => ({
      place: formatPlace(address, endpoint.port),
      name: `${address}:${endpoint.port}`,
      ...(endpoint.instance === undefined ? {} : { comment: `# "${escapeText(endpoint.instance)}"` }),
      weight: weights.get(endpoint) ?? 1,
      isBackup: level !== levels[0],
    }),
  );
  return { servers, isOneLevelOfBackups: levels.length === 2 };
}

function levelOf({ state, priority }: EndpointStatus): string {
  return `${state === 'stale' || state === 'draining' ? state : 'present'} ${priority}`;
}

/**
 * SRV weights (0..65535, RFC 2782) as weights of 1..`highest` with the same shares: those of weight 0 share one part in
 * sum + 1, as they would if RFC 2782's number were drawn. Where the range is too small, the smallest are rounded up to 1.
 */
export function scaleWeights(weights: readonly number[], highest: number): readonly number[] {
  const zeros = weights.filter((weight) => weight === 0).length;
  if (zeros === weights.length) return weights.map(() => 1);
  const parts = weights.map((weight) => (weight === 0 ? 1 : weight * Math.max(1, zeros)));
  const factor = Math.min(1, highest / Math.max(...parts));
  return parts.map((part) => Math.max(1, Math.round(part * factor)));
}
