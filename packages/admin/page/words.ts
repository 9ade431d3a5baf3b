import type { LanLink } from '../src/lan/lan-view.ts';
import type { Gone, Row, SceneMachine } from './model.ts';
import { count, formatNumber, formatRate } from './numbers.ts';

/** What is shown of something that is pointed at: the first line is its name. */
export type Words = readonly string[];

const LINK_STATES: Readonly<Record<LanLink['state'], string>> = {
  ready: 'in use',
  probation: 'gets another try',
  ejected: 'not reached: not used for now',
  draining: 'is leaving: open connections go on',
  stale: 'lost sight of: used while it answers',
};

const SERVICE_STATES = {
  announced: 'announced',
  probing: 'about to be announced',
  withdrawn: 'withdrawn: it does not answer its check',
  draining: 'is leaving',
  known: 'not announced: a proxy knows the place',
} as const;

const KNOWN: Readonly<Record<SceneMachine['known'], string>> = {
  self: 'this machine',
  shown: 'shows itself as a member of the mesh',
  heard: 'known by what it announces',
  dialled: 'known by its address alone',
};

export function describeMachine(machine: Gone<SceneMachine>): Words {
  const { name, versions, modes, platform, addresses, known, services, proxies, goneAt } = machine;
  const program =
    versions.length === 0
      ? []
      : [
          `ambassador ${versions.join(', ')}${modes.length === 0 ? '' : `, ${modes.map((mode) => (mode === 'mesh' ? 'in a mesh' : 'open')).join(' and ')}`}`,
        ];
  return [
    name,
    goneAt === undefined ? KNOWN[known] : 'went away',
    ...(platform === undefined ? [] : [platform]),
    ...program,
    ...(addresses.length === 0 ? [] : [addresses.slice(0, 3).join(', ')]),
    `${count(services.length, 'service')}, ${proxies.length === 1 ? '1 proxy' : `${proxies.length} proxies`}`,
  ];
}

/** `links`: those that start or end there. */
export function describeRow(row: Row, links: readonly LanLink[]): Words {
  switch (row.kind) {
    case 'service': {
      const { service } = row;
      const state = service.goneAt === undefined ? SERVICE_STATES[service.state] : 'went away';
      return [service.instance, `${service.service}, port ${service.port}`, state, sumUp(links)];
    }
    case 'proxy': {
      const { proxy } = row;
      const ready = links.filter(({ state }) => state === 'ready').length;
      const where = proxy.listen.length === 0 ? [] : [`listens on ${proxy.listen.slice(0, 3).join(', ')}`];
      return [
        `proxy for ${proxy.service}`,
        ...where,
        `${ready} of ${count(links.length, 'endpoint')} ready`,
        sumUp(links),
      ];
    }
    case 'rest':
      return [`${count(row.count, 'service')} more`, 'All are in the list below.'];
    default:
      return row satisfies never;
  }
}

export function describeLink(link: Gone<LanLink>, from: string, target: string): Words {
  return [
    `${from} to ${target}`,
    link.goneAt === undefined ? LINK_STATES[link.state] : 'gone',
    sumUp([link]),
    `${link.total} carried, ${count(link.failures, 'failure')}`,
  ];
}

/** `3 open, 12 a second, 1.2 MB/s` */
export function sumUp(links: readonly Gone<LanLink>[]): string {
  const sum = (read: (link: LanLink) => number): number => links.reduce((all, link) => all + read(link), 0);
  return [
    `${sum(({ active }) => active)} open`,
    `${formatNumber(sum(({ connectionsPerSecond }) => connectionsPerSecond))} new a second`,
    formatRate(sum(({ bytesPerSecond }) => bytesPerSecond)),
  ].join(', ');
}

/** What is at the end of a row, short. */
export function sumUpShortly(links: readonly LanLink[]): string {
  const bytes = links.reduce((all, { bytesPerSecond }) => all + bytesPerSecond, 0);
  const open = links.reduce((all, { active }) => all + active, 0);
  if (bytes >= 1) return formatRate(bytes);
  return open > 0 ? `${open} open` : '';
}
