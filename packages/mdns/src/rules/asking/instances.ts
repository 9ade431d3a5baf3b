import type { BrowseEvent, Instance, InstanceAddress } from '../../instance.ts';
import { isSameTxt } from '../../txt.ts';
import { isLinkLocalIpv6 } from '../../wire/address.ts';
import { nameKey } from '../../wire/name.ts';
import type { InstanceView, LostReason, ViewEvent } from './instance-view.ts';

/** Against a host that claims every address there is. A host with many container networks may announce dozens, of which one leads to it. */
const MAX_ADDRESSES = 64;

/** One service. Names are unique on one link alone (RFC 6762 14), so there may be several of a name. */
interface Service {
  /** See {@link Instance.link}. */
  readonly link: string | undefined;
  /** By interface; the one that spoke last stands last. Never empty. */
  readonly views: Map<string, InstanceView>;
  /** Undefined until it is told. */
  instance: Instance | undefined;
  /** Its goodbye was heard on every interface that knows it. */
  isLeaving: boolean;
}

/** Merges what the interfaces of one node know of the instances of one browse. Pure. */
export class Instances {
  /** By name, as many of each as interfaces know it. */
  readonly #services: Map<string, Service[]> = new Map();

  /** Those that are there now. */
  list(): readonly Instance[] {
    return this.#all().flatMap(({ instance }) => instance ?? []);
  }

  /** Those of them whose goodbye was heard. */
  listLeaving(): readonly Instance[] {
    return this.#all().flatMap(({ instance, isLeaving }) => (isLeaving && instance) || []);
  }

  /** What follows from an interface's event; empty when nothing that is visible changed. */
  apply(interfaceName: string, event: ViewEvent): readonly BrowseEvent[] {
    const { view } = event;
    const key = nameKey([view.name]);
    const services = this.#services.get(key) ?? [];
    if (event.kind === 'lost') return this.#leave(key, services, interfaceName, event.reason);
    const service = chooseService(services, interfaceName, view) ?? addService(services, interfaceName);
    this.#services.set(key, services);
    const before = services.find(({ views }) => views.has(interfaceName));
    const left = before === service ? [] : this.#leave(key, services, interfaceName, 'expired');
    service.views.delete(interfaceName);
    service.views.set(interfaceName, view);
    return [...update(service, view), ...left];
  }

  /** The interface is gone, and what was known only there with it. */
  dropInterface(interfaceName: string): readonly BrowseEvent[] {
    return [...this.#services].flatMap(([key, services]) => this.#leave(key, services, interfaceName, 'expired'));
  }

  #all(): readonly Service[] {
    return [...this.#services.values()].flat();
  }

  #leave(key: string, services: Service[], interfaceName: string, lost: LostReason): readonly BrowseEvent[] {
    const service = services.find(({ views }) => views.delete(interfaceName));
    if (service === undefined) return [];
    const latest = [...service.views.values()].at(-1);
    if (latest !== undefined) return update(service, latest);
    services.splice(services.indexOf(service), 1);
    if (services.length === 0) this.#services.delete(key);
    return service.instance === undefined ? [] : [{ kind: 'removed', instance: service.instance, lost }];
  }
}

/**
 * Which service of this name an interface's view is of; undefined for one that is new. Interfaces that agree on host and port see one
 * host. Where one of them tells of another place, all did or will: they are on one link. What goes on being said of another place is
 * another service.
 */
function chooseService(services: readonly Service[], interfaceName: string, view: InstanceView): Service | undefined {
  const agreesWith = ({ views }: Service): boolean =>
    [...views].some(([name, other]) => name !== interfaceName && isSamePlace(other, view));
  const current = services.find(({ views }) => views.has(interfaceName));
  if (current !== undefined && agreesWith(current)) return current;
  const agreeing = services.find(agreesWith);
  if (agreeing !== undefined || current === undefined) return agreeing;
  const known = current.views.get(interfaceName);
  const hasMoved = known !== undefined && !isSamePlace(known, view);
  return current.views.size === 1 || hasMoved ? current : undefined;
}

/** The first of a name needs no link to be told apart. */
function addService(services: Service[], interfaceName: string): Service {
  let link = services.some((service) => service.link === undefined) ? interfaceName : undefined;
  // The one that was first heard here may be known by another interface alone now.
  while (link !== undefined && services.some((service) => service.link === link)) link += '+';
  const service: Service = { link, views: new Map(), instance: undefined, isLeaving: false };
  services.push(service);
  return service;
}

function update(service: Service, latest: InstanceView): readonly BrowseEvent[] {
  const instance = mergeViews(service, latest);
  const { instance: known, isLeaving: wasLeaving } = service;
  service.instance = instance;
  service.isLeaving = [...service.views.values()].every((view) => view.isLeaving);
  if (known === undefined) return [{ kind: 'added', instance }];
  if (wasLeaving === service.isLeaving && isSameInstance(known, instance)) return [];
  return [{ kind: service.isLeaving ? 'leaving' : 'updated', instance }];
}

/** The latest view says where the service is; addresses come from all that agree with it. */
function mergeViews({ link, views }: Service, latest: InstanceView): Instance {
  const { name, type, host, port, priority, weight, txt, announcer } = latest;
  const addresses = [...views].flatMap(([interfaceName, view]) =>
    isSamePlace(view, latest) ? placeAddresses(view, interfaceName) : [],
  );
  const place = { host, port, priority, weight, txt, addresses: orderAddresses(addresses), announcer };
  const instance = { name, type, ...place };
  return link === undefined ? instance : { ...instance, link };
}

function isSamePlace(a: InstanceView, b: InstanceView): boolean {
  return a.host === b.host && a.port === b.port;
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
