import type { BrowseEvent, Instance, InstanceAddress } from '../instance.ts';
import type { Txt } from '../txt.ts';
import { nameKey } from '../wire/name.ts';
import type { InstanceView, LostReason, ViewEvent } from './instance-view.ts';

/** Against a host that claims every address there is. A host with many container networks may announce dozens, of which one leads to it. */
const MAX_ADDRESSES = 64;

interface Merged {
  /** By interface; the one that spoke last stands last. */
  readonly views: Map<string, InstanceView>;
  instance: Instance;
  /** Its goodbye was heard on every interface that knows it. */
  isLeaving: boolean;
}

/** Merges what the interfaces of one node know of the instances of one browse. Pure. */
export class Instances {
  readonly #merged: Map<string, Merged> = new Map();

  /** Those that are there now. */
  list(): readonly Instance[] {
    return [...this.#merged.values()].map(({ instance }) => instance);
  }

  /** Those of them whose goodbye was heard. */
  listLeaving(): readonly Instance[] {
    return [...this.#merged.values()].filter(({ isLeaving }) => isLeaving).map(({ instance }) => instance);
  }

  /** What follows from an interface's event; undefined when nothing that is visible changed. */
  apply(interfaceName: string, event: ViewEvent): BrowseEvent | undefined {
    const key = nameKey([event.view.name]);
    if (event.kind === 'lost') return this.#remove(key, interfaceName, event.reason);
    const views = this.#merged.get(key)?.views ?? new Map<string, InstanceView>();
    views.delete(interfaceName);
    views.set(interfaceName, event.view);
    return this.#update(key, views, event.view);
  }

  /** The interface is gone, and what was known only there with it. */
  dropInterface(interfaceName: string): readonly BrowseEvent[] {
    const keys = [...this.#merged].filter(([, { views }]) => views.has(interfaceName)).map(([key]) => key);
    return keys.flatMap((key) => this.#remove(key, interfaceName, 'expired') ?? []);
  }

  #remove(key: string, interfaceName: string, lost: LostReason): BrowseEvent | undefined {
    const merged = this.#merged.get(key);
    if (merged === undefined || !merged.views.delete(interfaceName)) return undefined;
    const latest = [...merged.views.values()].at(-1);
    if (latest !== undefined) return this.#update(key, merged.views, latest);
    this.#merged.delete(key);
    return { kind: 'removed', instance: merged.instance, lost };
  }

  #update(key: string, views: Map<string, InstanceView>, latest: InstanceView): BrowseEvent | undefined {
    const instance = mergeViews(views, latest);
    const known = this.#merged.get(key);
    const isLeaving = [...views.values()].every((view) => view.isLeaving);
    this.#merged.set(key, { views, instance, isLeaving });
    if (known === undefined) return { kind: 'added', instance };
    if (known.isLeaving === isLeaving && isSameInstance(known.instance, instance)) return undefined;
    return { kind: isLeaving ? 'leaving' : 'updated', instance };
  }
}

/** The latest view says where the service is; addresses come from all that agree with it. */
function mergeViews(views: ReadonlyMap<string, InstanceView>, latest: InstanceView): Instance {
  const { name, type, host, port, priority, weight, txt } = latest;
  const addresses = [...views].flatMap(([interfaceName, view]) =>
    view.host === host && view.port === port ? placeAddresses(view, interfaceName) : [],
  );
  return { name, type, host, port, priority, weight, txt, addresses: orderAddresses(addresses) };
}

function placeAddresses(view: InstanceView, interfaceName: string): readonly InstanceAddress[] {
  return view.addresses.map(({ address, isFromThisHost }) => ({
    address: isLinkLocalIpv6(address) ? `${address}%${interfaceName}` : address,
    interfaceName,
    isFromThisHost,
  }));
}

/** IPv4, then global and unique local IPv6, then link-local; each once for each interface. Stable, whoever spoke first. */
function orderAddresses(addresses: readonly InstanceAddress[]): readonly InstanceAddress[] {
  const sorted = addresses.toSorted(
    (a, b) =>
      rankAddress(a.address) - rankAddress(b.address) ||
      compareTexts(a.address, b.address) ||
      compareTexts(a.interfaceName, b.interfaceName),
  );
  return sorted.slice(0, MAX_ADDRESSES);
}

function rankAddress(address: string): number {
  if (!address.includes(':')) return 0;
  return isLinkLocalIpv6(address) ? 2 : 1;
}

/** fe80::/10 */
function isLinkLocalIpv6(address: string): boolean {
  return /^fe[89ab][0-9a-f]:/i.test(address);
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function isSameInstance(a: Instance, b: Instance): boolean {
  return (
    a.name === b.name &&
    a.host === b.host &&
    a.port === b.port &&
    a.priority === b.priority &&
    a.weight === b.weight &&
    isSameTxt(a.txt, b.txt) &&
    a.addresses.length === b.addresses.length &&
    a.addresses.every((address, index) => isSameAddress(address, b.addresses[index]))
  );
}

function isSameAddress(a: InstanceAddress, b: InstanceAddress | undefined): boolean {
  return a.address === b?.address && a.interfaceName === b.interfaceName && a.isFromThisHost === b.isFromThisHost;
}

function isSameTxt(a: Txt, b: Txt): boolean {
  return a.size === b.size && [...a].every(([key, value]) => isSameValue(value, b.get(key)));
}

function isSameValue(a: Uint8Array | true, b: Uint8Array | true | undefined): boolean {
  if (a === true || b === true || b === undefined) return a === b;
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
