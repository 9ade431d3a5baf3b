import { isGeneral } from '@mdns-ambassador/mdns';
import {
  dataKey,
  encodeTxt,
  type Name,
  nameKey,
  parseName,
  type RecordData,
  typeCode,
} from '@mdns-ambassador/mdns/wire';
import { hostLabelOf } from './host-label.ts';
import type { Known, KnownInstance, KnownProxy } from './known.ts';
import { createNs, createSoa, type ZoneRecord } from './record.ts';

/** The most of what multicast brought, and less where it is known for less (RFC 8766 5.5.1 allows 10 s): who asks by unicast hears of no goodbye. */
const INSTANCE_TTL = 5;
/** What stays as long as the zone. */
const ZONE_TTL = 60;
/** A service that comes up is not to be missed for longer. */
const NEGATIVE_TTL = 1;
/** For who would copy the zone, which nobody can: an hour, ten minutes, a day. */
const TRANSFER_TIMES = { refresh: 3_600, retry: 600, expire: 86_400 };
/** Records of one name and type; with their names they stay within one message of TCP. */
const MOST_RECORDS = 256;
/** Where nobody says a weight: haproxy sends nobody to one of 0, and equal weights mean the same, whatever they are (RFC 2782). */
const EVEN_WEIGHT = 1;
/** No service is named like this: RFC 6335 gives 15 characters. */
export const SERVER_LABEL = 'ambassador-name-server';
const MAILBOX_LABEL = 'hostmaster';
/** RFC 6763 11: where one may browse, and where by default; 9: what types there are. */
const BROWSING_LABELS = ['b', 'db', 'lb'];
const ENUMERATION = ['_services', '_dns-sd', '_udp'];
const LONGEST_LABEL_BYTES = 63;

/** Everything that a zone says, by name. */
export interface Zone {
  readonly domain: Name;
  /** By {@link nameKey}. A name without records is there, too, where others end in it (RFC 8020). */
  readonly names: ReadonlyMap<string, readonly ZoneRecord[]>;
  /** What stands beside each "there is none" (RFC 2308 3). */
  readonly soa: ZoneRecord;
}

export interface ZoneOptions {
  readonly domain: Name;
  /** Where its server listens, as far as who asks can reach it. */
  readonly serverAddresses: readonly string[];
  /** Another one with each change. */
  readonly serial: number;
}

/** What is known, as names. The proxies stand in the place of the instances of their services. */
export function buildZone(known: Known, options: ZoneOptions): Zone {
  const { domain } = options;
  const soa = describeSoa(options);
  const names = new ZoneNames(domain);
  describeApex(names, options, soa);
  const proxied = known.proxies.map((proxy) => describeProxy(names, proxy));
  const reachable = known.instances.filter(({ addresses }) => addresses.length > 0).toSorted(compareInstances);
  const services = groupBy(reachable, ({ service }) => hostLabelOf(service).own);
  for (const [label, instances] of services) {
    describeService(names, label, instances, {
      isNameTaken: proxied.some((proxy) => proxy.label === label),
      takenTypes: new Set(proxied.flatMap(({ types }) => types)),
    });
  }
  return { domain, names: names.all, soa };
}

/** The names of a zone while it is made. */
class ZoneNames {
  readonly #all = new Map<string, ZoneRecord[]>();
  /** By type and name. */
  readonly #seen = new Map<string, Set<string>>();
  /** By the same. */
  readonly #shortest = new Map<string, number>();
  readonly #domain: Name;

  constructor(domain: Name) {
    this.#domain = domain;
  }

  /** RFC 2181 5.2: those of one name and type have one TTL, the shortest. */
  get all(): ReadonlyMap<string, readonly ZoneRecord[]> {
    const level = (key: string, { ttl, data }: ZoneRecord): ZoneRecord => ({
      ttl: this.#shortest.get(`${typeCode(data)} ${key}`) ?? ttl,
      data,
    });
    return new Map([...this.#all].map(([key, records]) => [key, records.map((record) => level(key, record))]));
  }

  full(labels: Name): Name {
    return [...labels, ...this.#domain];
  }

  /** Each record once, and {@link MOST_RECORDS} of a type. */
  add(labels: Name, data: readonly RecordData[], ttl: number = INSTANCE_TTL): void {
    for (let from = labels.length; from > 0; from--) this.#put(labels.slice(from), [], ttl);
    this.#put(labels, data, ttl);
  }

  #put(labels: Name, data: readonly RecordData[], ttl: number): void {
    const key = nameKey(this.full(labels));
    const records = this.#all.get(key) ?? [];
    this.#all.set(key, records);
    for (const one of data) {
      const set = `${typeCode(one)} ${key}`;
      const seen = this.#seen.get(set) ?? new Set();
      this.#seen.set(set, seen);
      const what = dataKey(one);
      if (seen.has(what) || seen.size >= MOST_RECORDS) continue;
      seen.add(what);
      records.push({ ttl, data: one });
      this.#shortest.set(set, Math.min(ttl, this.#shortest.get(set) ?? ttl));
    }
  }
}

function describeSoa({ domain, serial }: ZoneOptions): ZoneRecord {
  const times = { ...TRANSFER_TIMES, serial, minimum: NEGATIVE_TTL };
  return { ttl: NEGATIVE_TTL, data: createSoa([SERVER_LABEL, ...domain], [MAILBOX_LABEL, ...domain], times) };
}

function describeApex(names: ZoneNames, { domain, serverAddresses }: ZoneOptions, soa: ZoneRecord): void {
  names.add([], [soa.data, createNs([SERVER_LABEL, ...domain])], ZONE_TTL);
  names.add([SERVER_LABEL], serverAddresses.map(describeAddress), ZONE_TTL);
  for (const label of BROWSING_LABELS)
    names.add([label, '_dns-sd', '_udp'], [{ type: 'PTR', target: domain }], ZONE_TTL);
  names.add(ENUMERATION, []);
}

/** The label of its name, and the types of which it is all that is told of where SRV is asked for. */
function describeProxy(
  names: ZoneNames,
  { service, type, addresses, port }: KnownProxy,
): { readonly label: string; readonly types: readonly string[] } {
  const label = hostLabelOf(service).own;
  names.add([label], addresses.map(describeAddress));
  const srv: RecordData = { type: 'SRV', priority: 0, weight: EVEN_WEIGHT, port, target: names.full([label]) };
  // What else is of a general type is none of this service's.
  const types = [
    ...new Set([`_${service}._tcp`, ...(isGeneral(service) ? [] : [type])].map((one) => one.toLowerCase())),
  ];
  for (const one of types) names.add(parseName(one), [srv]);
  return { label, types };
}

interface TakenNames {
  /** The name of the service leads to a proxy. */
  readonly isNameTaken: boolean;
  readonly takenTypes: ReadonlySet<string>;
}

/** The instances of one service: how they are browsed, asked for together, and one by one. */
function describeService(
  names: ZoneNames,
  service: string,
  instances: readonly KnownInstance[],
  { isNameTaken, takenTypes }: TakenNames,
): void {
  const labels = labelInstances(instances);
  const isEven = instances.every(({ weight }) => weight === 0);
  for (const [index, instance] of instances.entries()) {
    const { own, reading } = labels[index] ?? { own: '', reading: undefined };
    const { priority, weight, port, addresses } = instance;
    const srv: RecordData = { type: 'SRV', priority, weight, port, target: names.full([own, service]) };
    const txt: RecordData = { type: 'TXT', strings: encodeTxt(instance.txt) };
    const type = parseName(instance.type);
    const ttl = ttlOf(instance);
    const full = [instanceLabel(instance), ...type];
    names.add(ENUMERATION, [{ type: 'PTR', target: names.full(type) }]);
    names.add(type, [{ type: 'PTR', target: names.full(full) }], ttl);
    names.add(full, [srv, txt], ttl);
    for (const label of reading === undefined ? [own] : [own, reading])
      names.add([label, service], [...addresses.map(describeAddress), txt], ttl);
    // A web is asked for as `_web._tcp`, too: of `_http._tcp` there are others.
    for (const one of new Set([instance.type.toLowerCase(), `_${service}._tcp`]))
      if (!takenTypes.has(one)) names.add(parseName(one), [isEven ? { ...srv, weight: EVEN_WEIGHT } : srv], ttl);
  }
  if (isNameTaken) return;
  // RFC 2782: who can reach the lowest priority is to use no other.
  const lowest = Math.min(...instances.map(({ priority }) => priority));
  const first = instances.filter(({ priority }) => priority === lowest);
  for (const instance of first) names.add([service], instance.addresses.map(describeAddress), ttlOf(instance));
}

function ttlOf({ remaining }: KnownInstance): number {
  return Math.max(0, Math.min(INSTANCE_TTL, Math.floor(remaining)));
}

/** A label of its own for each, and how it reads where no other reads so. */
function labelInstances(
  instances: readonly KnownInstance[],
): readonly { readonly own: string; readonly reading: string | undefined }[] {
  const labels = instances.map(({ name, link }) => hostLabelOf(name, link === undefined ? name : `${name}%${link}`));
  const taken = new Set(labels.flatMap(({ own, reading }) => (own === reading ? [own] : [])));
  const readings = new Map<string, number>();
  for (const { reading } of labels) readings.set(reading, (readings.get(reading) ?? 0) + 1);
  const owned = labels.map(({ own, reading }) => {
    if (own === reading) return own;
    let free = own;
    for (let count = 2; taken.has(free); count++) free = `${own}-${count}`;
    taken.add(free);
    return free;
  });
  return labels.map(({ reading }, index) => ({
    own: owned[index] ?? '',
    reading: reading !== '' && readings.get(reading) === 1 && !taken.has(reading) ? reading : undefined,
  }));
}

/** Two of a name are told apart by the link on which they are. */
function instanceLabel({ name, link }: KnownInstance): string {
  if (link === undefined) return name;
  const end = ` (${link})`;
  const bytes = (text: string): number => new TextEncoder().encode(text).length;
  const characters = [...name];
  while (characters.length > 0 && bytes(characters.join('') + end) > LONGEST_LABEL_BYTES) characters.pop();
  return characters.join('') + end;
}

function describeAddress(address: string): RecordData {
  return address.includes(':') ? { type: 'AAAA', address } : { type: 'A', address };
}

function compareInstances(a: KnownInstance, b: KnownInstance): number {
  const [one, other] = [nameKey([a.name, a.link ?? '']), nameKey([b.name, b.link ?? ''])];
  return a.priority - b.priority || (one < other ? -1 : Number(one > other));
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item)) ?? [];
    group.push(item);
    groups.set(keyOf(item), group);
  }
  return groups;
}
