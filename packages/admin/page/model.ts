import type { LanLink, LanMachine, LanPicture, LanProxy, LanService } from '../src/lan/lan-view.ts';

/** What has gone is shown for so long. */
export const FAREWELL_MS = 8_000;
/** More rows of one machine are counted instead. */
const MAX_ROWS = 14;
const MAX_ROWS_OF_MANY = 8;
/** Of more machines than this only those rows are shown that lines lead to, and what is not as it should be. */
const MANY = 24;

export type Gone<Thing> = Thing & { readonly goneAt?: number };

/** What is drawn: what is there, and what was there a moment ago. */
export interface Scene {
  readonly machines: readonly Gone<SceneMachine>[];
  readonly links: readonly Gone<LanLink>[];
}

export interface SceneMachine extends Omit<LanMachine, 'services' | 'proxies'> {
  readonly services: readonly Gone<LanService>[];
  readonly proxies: readonly Gone<LanProxy>[];
}

/** One line of a machine's box. */
export type Row =
  | { readonly kind: 'service'; readonly key: string; readonly service: Gone<LanService> }
  | { readonly kind: 'proxy'; readonly key: string; readonly proxy: Gone<LanProxy> }
  | { readonly kind: 'rest'; readonly key: string; readonly count: number };

/** Takes what is there now in the place of what was; what has gone stays as such for {@link FAREWELL_MS}. Pure. */
export function follow(
  before: Scene | undefined,
  { machines, links }: Pick<LanPicture, 'machines' | 'links'>,
  now: number,
): Scene {
  if (before === undefined) return { machines, links };
  const known = new Map(before.machines.map((machine) => [machine.id, machine]));
  return {
    // Who was heard of and shows itself now is no other.
    machines: keepGone(before.machines, machines, (machine) => machine.name, now).map((machine) => {
      const was = known.get(machine.id);
      if (was === undefined || machine.goneAt !== undefined) return machine;
      return {
        ...machine,
        services: keepGone(was.services, machine.services, (service) => service.id, now),
        proxies: keepGone(was.proxies, machine.proxies, (proxy) => proxy.service, now),
      };
    }),
    links: keepGone(before.links, links, (link) => link.id, now),
  };
}

function keepGone<Thing extends object>(
  before: readonly Gone<Thing>[],
  after: readonly Thing[],
  keyOf: (thing: Thing) => string,
  now: number,
): readonly Gone<Thing>[] {
  const keys = new Set(after.map(keyOf));
  const gone = before
    .filter((thing) => !keys.has(keyOf(thing)) && now - (thing.goneAt ?? now) < FAREWELL_MS)
    .map((thing) => ({ ...thing, goneAt: thing.goneAt ?? now }));
  return [...after, ...gone];
}

/** The lines of a box: proxies first, which lines start from. `isUsed`: a line leads to this service. */
export function listRows(
  machine: SceneMachine,
  machines: number,
  isUsed: (service: string) => boolean,
): readonly Row[] {
  const isMany = machines > MANY;
  const rows: readonly Row[] = [
    ...machine.proxies.map((proxy): Row => ({ kind: 'proxy', key: keyOfProxy(machine.id, proxy.service), proxy })),
    ...machine.services
      .filter(({ id, state, goneAt }) => !isMany || isUsed(id) || state !== 'announced' || goneAt !== undefined)
      .map((service): Row => ({ kind: 'service', key: service.id, service })),
  ];
  const most = isMany ? MAX_ROWS_OF_MANY : MAX_ROWS;
  const shown = rows.length > most ? rows.slice(0, most - 1) : rows;
  const rest = machine.proxies.length + machine.services.length - shown.length;
  return rest === 0 ? shown : [...shown, { kind: 'rest', key: `${machine.id} rest`, count: rest }];
}

export function keyOfProxy(machine: string, service: string): string {
  return `${machine} ${service}`;
}

/** Whether any of its names has these letters. */
export function matches(machine: SceneMachine, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return true;
  const names = [
    machine.name,
    ...machine.addresses,
    ...machine.services.flatMap(({ service, instance }) => [service, instance]),
    ...machine.proxies.map(({ service }) => service),
  ];
  return names.some((name) => name.toLowerCase().includes(wanted));
}
