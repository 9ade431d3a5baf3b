import { existsSync } from 'node:fs';
import type { Facts } from './facts.ts';

const CONTAINER_FILES: readonly (readonly [path: string, runtime: string])[] = [
  ['/.dockerenv', 'docker'],
  ['/run/.containerenv', 'podman'],
];

/** What /proc, /sys and /run say; `root` is put before their paths. `names`: the interfaces that are up. A container has its host's network when it sees an interface with a device behind it. */
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
