import { formatPlace } from '@mdns-ambassador/relay';
import type { Snapshot } from './snapshot.ts';

/** Prometheus, "Writing HTTP Service Discovery": one of its list. */
export interface TargetGroup {
  readonly targets: readonly [string];
  readonly labels: Readonly<Record<string, string>>;
}

const PREFIX = '__meta_ambassador_';
/** No server can be told by which interface it is to ask. */
const LINK_LOCAL = /^fe[89ab]/i;

/**
 * Where what is announced from here and what proxies here have found can be asked, each place once; of these services alone, where there are
 * some. What is `secure` lets members of the mesh in, and no Prometheus: ask a proxy for it.
 */
export function listTargets({ announcements, services }: Snapshot, wanted: readonly string[]): readonly TargetGroup[] {
  const found = new Map<string, TargetGroup>();
  const add = (role: string, place: ScrapePlace): void => {
    const { service, address, port, instance = '', source, secure, state } = place;
    if (address === undefined || LINK_LOCAL.test(address)) return;
    if (wanted.length > 0 && !wanted.includes(service)) return;
    const target = formatPlace(address, port);
    const key = JSON.stringify([service, target]);
    if (found.has(key)) return;
    const labels = { service, instance, source, state, secure: String(secure), role };
    found.set(key, {
      targets: [target],
      labels: Object.fromEntries(Object.entries(labels).map(([name, value]) => [`${PREFIX}${name}`, value])),
    });
  };
  for (const announcement of announcements) {
    const { addresses } = announcement;
    add('announce', { ...announcement, address: addresses.find((address) => !LINK_LOCAL.test(address)) });
  }
  for (const { endpoints } of services) for (const endpoint of endpoints) add('proxy', endpoint);
  return [...found.values()];
}

interface ScrapePlace {
  readonly service: string;
  readonly address: string | undefined;
  readonly port: number;
  readonly instance?: string;
  readonly source: string;
  readonly secure: boolean;
  readonly state: string;
}
