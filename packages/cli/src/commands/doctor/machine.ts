import { existsSync, readFileSync } from 'node:fs';
import type { SkippedInterface } from '@mdns-ambassador/mdns';
import type { Facts } from './facts.ts';

/** RTF_UP, linux/route.h */
const ROUTE_IS_UP = 0x1;
/** A VPN that leaves the default route in place covers it by two halves: 0.0.0.0/1 and 128.0.0.0/1. */
const HALF_MASK = '00000080';
const CONTAINER_FILES: readonly (readonly [path: string, runtime: string])[] = [
  ['/.dockerenv', 'docker'],
  ['/run/.containerenv', 'podman'],
];
const TUNNEL = 'VPN or tunnel';

/** What /proc, /sys and /run say; `root` is put before their paths. Elsewhere than on Linux nothing is known. */
export function readDefaultRoute(skipped: readonly SkippedInterface[], root: string = ''): Facts['defaultRoute'] {
  const table = readText(`${root}/proc/net/route`);
  if (table === undefined) return undefined;
  const routes = table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([, destination, , flags = '', , , , mask]) =>
        destination === '00000000' &&
        (mask === '00000000' || mask === HALF_MASK) &&
        (Number.parseInt(flags, 16) & ROUTE_IS_UP) !== 0,
    )
    .map(([interfaceName = '', , , , , , metric, mask]) => ({ interfaceName, metric: Number(metric), mask }));
  const [best] = routes.toSorted(
    (a, b) => Number(b.mask === HALF_MASK) - Number(a.mask === HALF_MASK) || a.metric - b.metric,
  );
  if (best === undefined) return 'none';
  const { interfaceName } = best;
  return { interfaceName, isTunnel: skipped.some(({ name, reason }) => name === interfaceName && reason === TUNNEL) };
}

/** `names`: the interfaces that are up. A container has its host's network when it sees an interface with a device behind it. */
export function readContainer(names: readonly string[], env: NodeJS.ProcessEnv, root: string = ''): Facts['container'] {
  const runtime = CONTAINER_FILES.find(([path]) => existsSync(`${root}${path}`))?.[1] ?? env.container;
  if (runtime === undefined || runtime === '') return undefined;
  const isHosts = names.some((name) => existsSync(`${root}/sys/class/net/${name}/device`));
  return { runtime, hasOwnNetwork: !isHosts };
}

/** systemd-timesyncd makes a file when it has set the clock. Undefined where it does not run. */
export function readSynchronization(root: string = ''): boolean | undefined {
  if (!existsSync(`${root}/run/systemd/timesync`)) return undefined;
  return existsSync(`${root}/run/systemd/timesync/synchronized`);
}

export function isWireless(name: string, root: string = ''): boolean {
  const folder = `${root}/sys/class/net/${name}`;
  return existsSync(`${folder}/wireless`) || existsSync(`${folder}/phy80211`);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
