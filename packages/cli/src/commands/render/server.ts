import { isIP } from 'node:net';
import type { EndpointStatus } from '@mdns-ambassador/ambassador';
import { formatPlace } from '@mdns-ambassador/relay';
import { escapeText } from '../../output/escape.ts';
import { scaleWeights } from './weights.ts';

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
  const [first] = usable;
  const weights = new Map<string, readonly number[]>();
  const seen = new Map<string, number>();
  for (const { level } of usable) {
    if (weights.has(level)) continue;
    const peers = usable.filter((one) => one.level === level);
    weights.set(
      level,
      scaleWeights(
        peers.map(({ endpoint }) => endpoint.weight),
        highestWeight,
      ),
    );
  }
  const servers = usable.map(({ endpoint, address, level }): RenderedServer => {
    const index = seen.get(level) ?? 0;
    seen.set(level, index + 1);
    return {
      place: formatPlace(address, endpoint.port),
      name: `${address}:${endpoint.port}`,
      ...(endpoint.instance === undefined ? {} : { comment: `# "${escapeText(endpoint.instance)}"` }),
      weight: weights.get(level)?.[index] ?? 1,
      isBackup: level !== first?.level,
    };
  });
  return { servers, isOneLevelOfBackups: weights.size === 2 };
}

function levelOf({ state, priority }: EndpointStatus): string {
  return `${state === 'stale' || state === 'draining' ? state : 'present'} ${priority}`;
}
