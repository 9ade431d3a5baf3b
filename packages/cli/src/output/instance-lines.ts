import type { AddressRefusal } from '@mdns-ambassador/ambassador';
import {
  type BrowseEvent,
  type Instance,
  readService,
  readTxtText,
  txtToJson,
  typesOf,
  type UnresolvedInstance,
} from '@mdns-ambassador/mdns';
import { formatPlace } from '@mdns-ambassador/relay';
import { fitColumns, type TableColumn } from './columns.ts';
import { escapeText } from './escape.ts';
import { instanceToJson, listAddresses } from './json.ts';
import { quoteName } from './phrases.ts';
import type { Line, Style } from './printer.ts';
import type { Fact } from './reporter.ts';

/** What ambassador writes for programs; `list --json` has it. Devices of others have a `mac` that is worth showing. */
const UNTOLD_KEYS: ReadonlySet<string> = new Set([
  'txtvers',
  'id',
  'svc',
  'peer',
  'rm',
  'mac',
  'mac-prev',
  'mac2',
  'mac2-prev',
]);
/** TXT `id` of an ambassador (CONTRACT 4). */
const OWN_ID = /^[a-z2-7]{16}$/;

const GAP = 3;

const MARKS = { added: '[+]', updated: '[~]', removed: '[-]' } as const;
/** What has lost an instance, in words. */
const LOSSES = { goodbye: 'said goodbye', expired: 'not heard of again', unreachable: 'does not answer' } as const;

/** Of instances that are named and not told of; the others are as many as there are. */
const MOST_UNRESOLVED = 3;

/** What is announced and can't be used, a sentence each. */
export function describeUnresolved(unresolved: readonly UnresolvedInstance[], within: string): readonly string[] {
  const lines = unresolved
    .slice(0, MOST_UNRESOLVED)
    .map(({ name, host }) =>
      host === undefined
        ? `${quoteName(name)} is announced, but nobody said within ${within} on which host and port it is`
        : `${quoteName(name)} is announced at ${escapeText(host)}, but nobody said within ${within} which address that is`,
    );
  const others = unresolved.length - lines.length;
  return others > 0 ? [...lines, `${others} more are announced without a place`] : lines;
}

/** Why none of the addresses of an instance may be dialled; undefined where one may. */
type Judge = (instance: Instance) => AddressRefusal | undefined;

/**
 * The table of `list`, with a heading, as wide as `width` where it can be. `judge`: why none of its addresses may be dialled. `mesh`: with a mesh
 * key, who is of its mesh.
 */
export function formatInstances(
  instances: readonly Instance[],
  style: Style,
  width: number,
  judge: Judge,
  mesh?: { readonly id: string; readonly isMember: (instance: Instance) => boolean },
): readonly Line[] {
  const membership: readonly TableColumn<Instance>[] =
    mesh === undefined
      ? []
      : [{ title: `MESH ${mesh.id}`, show: (instance) => (mesh.isMember(instance) ? 'member' : 'stranger') }];
  const columns: readonly TableColumn<Instance>[] = [
    { title: 'SERVICE', show: (instance) => escapeText(nameShortly(instance)) },
    {
      title: 'INSTANCE',
      show: (instance) => escapeText(`${instance.name}${formatLink(instance, isDoubled(instance, instances))}`),
    },
    ...membership,
    { title: 'ADDRESS', show: (instance) => placeOf(instance, judge) },
    { title: 'HOST', rank: 1, show: ({ host }) => escapeText(host) },
    { title: 'TXT', isCut: true, rank: 2, show: describeTxt },
  ];
  const { heading, format } = fitColumns(columns, instances, width, GAP);
  return [[style.bold(heading)], ...instances.map((instance) => [format(instance)])];
}

/** What `list --watch` tells of. */
export type ListEvent = Exclude<BrowseEvent, { readonly kind: 'leaving' }>;

/** One line of `list --watch`. `hasNamesake`: there is one of its name on another link. */
export function describeBrowseEvent(event: ListEvent, judge: Judge, hasNamesake = false): string {
  const { instance } = event;
  const name = `${quoteName(instance.name)}${escapeText(formatLink(instance, hasNamesake))}`;
  const mark = `${MARKS[event.kind]} ${escapeText(nameShortly(instance))} ${name}`;
  if (event.kind === 'removed') return `${mark} ${LOSSES[event.lost]}`;
  const txt = describeTxt(instance);
  return `${mark} at ${placeOf(instance, judge)}${txt === '' ? '' : ` (${txt})`}`;
}

/** CONTRACT 2: `list --watch --json`. */
export function browseEventToJson(event: ListEvent, secure: boolean): Fact {
  return { event: event.kind, instance: instanceToJson(event.instance, secure) };
}

/** A name is unique on one link alone (RFC 6762 14). */
function isDoubled(instance: Instance, all: readonly Instance[]): boolean {
  return all.some(({ type, name, link }) => type === instance.type && name === instance.name && link !== instance.link);
}

/** ` on eth1`, where the name alone does not tell. */
function formatLink({ link, addresses }: Instance, hasNamesake: boolean): string {
  const on = link ?? (hasNamesake ? addresses[0]?.interfaceName : undefined);
  return on === undefined ? '' : ` on ${on}`;
}

/** `redis` for `_redis._tcp`; other protocols in full. */
function nameShortly(instance: Instance): string {
  const service = readService(instance);
  return typesOf(service).includes(instance.type.toLowerCase()) ? service : instance.type;
}

function placeOf(instance: Instance, judge: Judge): string {
  const [address = '?'] = listAddresses(instance);
  const refusal = judge(instance);
  return `${escapeText(formatPlace(address, instance.port))}${refusal === undefined ? '' : ` (${refusal})`}`;
}

function describeTxt(instance: Instance): string {
  const isOfAmbassador = OWN_ID.test(readTxtText(instance.txt, 'id') ?? '');
  return Object.entries(txtToJson(instance.txt))
    .filter(([key]) => key !== 'txtvers' && !(isOfAmbassador && UNTOLD_KEYS.has(key)))
    .map(([key, value]) => {
      if (value === true) return escapeText(key);
      return escapeText(`${key}=${typeof value === 'string' ? value : `base64:${value.base64}`}`);
    })
    .join(' ');
}
