import { chooseCheck, chooseIntervalMs } from '@mdns-ambassador/checks';

import { type AddressFamily, announceAs, isServiceName, isWebType } from '@mdns-ambassador/mdns';
import { isLoopback } from '@mdns-ambassador/relay';

import type { AnnouncementOptions } from '../announcement-options.ts';
import { familyOf } from '../local-targets.ts';
import { UNSPECIFIED_ADDRESSES } from '../service-host.ts';
import type { Container, PublishedPort } from './container.ts';
import { NO_ALIAS, type PortWish, readWishes, type Wishes } from './labels.ts';

/** Announcements for all containers of a host; whoever comes later is left out, and that is told. */
export const MAX_WANTED = 1_000;

const COMPOSE_SERVICE_LABEL = 'com.docker.compose.service';

export interface ReconcileContext {
  /** Who were sent a signal that ends them, by id. */
  readonly leaving: ReadonlySet<string>;
  readonly hostName: string;
  /** Whether this host reaches a container's address directly. */
  readonly isNear: (address: string) => boolean;
}

/** One announcement that is to be, by a key that stays while it is the same port of the same container. */
export interface WantedAnnouncement {
  readonly key: string;
  readonly containerId: string;
  readonly options: AnnouncementOptions;
}

export interface ContainerFault {
  readonly container: string;
  readonly reason: string;
}

export interface Reconciled {
  readonly wanted: readonly WantedAnnouncement[];
  readonly faults: readonly ContainerFault[];
}

/** What is to be announced for these containers, and why something is not. Pure. */
export function reconcile(containers: readonly Container[], context: ReconcileContext): Reconciled {
  const wanted: WantedAnnouncement[] = [];
  const faults: ContainerFault[] = [];
  for (const given of containers) {
    const wishes = readWishes(given);
    if (!wishes.isEnabled) continue;
    const container = joinNetwork(given, containers);
    const found = listPorts(container, wishes);
    for (const reason of [...wishes.faults, ...found.faults]) faults.push({ container: container.name, reason });
    if (!isUp(container, context.leaving)) continue;
    for (const port of found.ports) wanted.push(describe(container, port, found.ports, context));
  }
  if (wanted.length <= MAX_WANTED) return { wanted, faults };
  const surplus = { container: '', reason: `${wanted.length} ports ask to be announced; ${MAX_WANTED} are` };
  return { wanted: wanted.slice(0, MAX_WANTED), faults: [...faults, surplus] };
}

/** One that shares another's network is reached where that one is. */
function joinNetwork(container: Container, containers: readonly Container[]): Container {
  const { sharesNetworkOf } = container;
  if (sharesNetworkOf === undefined) return container;
  const owner = containers.find(({ id, name }) => id === sharesNetworkOf || name === sharesNetworkOf);
  if (owner === undefined) return container;
  const { ports, addresses, isOnHostNetwork } = owner;
  return { ...container, ports, addresses, isOnHostNetwork };
}

function isUp({ id, state, health }: Container, leaving: ReadonlySet<string>): boolean {
  return state === 'running' && (health === 'none' || health === 'healthy') && !leaving.has(id);
}

interface AnnouncedPort extends PublishedPort {
  readonly wish: PortWish;
  readonly service: string;
  /** In which it is published; undefined where it is both. */
  readonly family: AddressFamily | undefined;
}

interface FoundPorts {
  readonly ports: readonly AnnouncedPort[];
  readonly faults: readonly string[];
}

function listPorts(container: Container, wishes: Wishes): FoundPorts {
  const faults: string[] = [];
  const published = new Map<number, PublishedPort>();
  const loopback = new Set<number>();
  const reachable = listReachable(container, wishes);
  for (const port of reachable) {
    if (isLoopback(port.hostAddress)) loopback.add(port.privatePort);
    else if (isBetter(port, published.get(port.privatePort))) published.set(port.privatePort, port);
  }
  for (const [port, wish] of wishes.ports) {
    if (!wish.isIgnored && wish.service !== undefined && !published.has(port))
      faults.push(explainAbsence(container, port, loopback));
  }
  const unnamed = [...published.values()].filter(({ privatePort }) => !wishes.ports.has(privatePort));
  if (published.size === 0 && wishes.ports.size === 0) {
    faults.push(explainAbsence(container, [...loopback][0], loopback));
  }
  const base = wishes.whole.service ?? nameAfter(container);
  const ports = [...published.values()].flatMap((port): readonly AnnouncedPort[] => {
    const wish = wishes.ports.get(port.privatePort);
    if (wish?.isIgnored === true) return [];
    const isAlone = unnamed.length === 1 || published.size === 1;
    const fallback = isAlone ? base : `${base}-${port.privatePort}`;
    if (wish?.service === undefined && wishes.whole.service === undefined && hasNamedPorts(wishes)) return [];
    const service = (wish?.service ?? fallback).toLowerCase();
    if (!isServiceName(service)) {
      faults.push(
        `"${service}" is no service name (1 to 15 of a-z, 0-9 and -); write label ambassador.${port.privatePort}.service`,
      );
      return [];
    }
    return [{ ...port, wish: wish ?? wishes.whole, service, family: findOnlyFamily(port, reachable) }];
  });
  return { ports, faults };
}

/** With ports named one by one and no name for the whole, the others are not meant. */
function hasNamedPorts({ ports }: Wishes): boolean {
  return [...ports.values()].some(({ service }) => service !== undefined);
}

function listReachable(container: Container, { ports }: Wishes): readonly PublishedPort[] {
  if (!container.isOnHostNetwork) return container.ports;
  const numbers = new Set([...container.exposedPorts, ...ports.keys()]);
  return [...numbers].flatMap((port) =>
    UNSPECIFIED_ADDRESSES.map((hostAddress) => ({ privatePort: port, publicPort: port, hostAddress })),
  );
}

/** The family in which the LAN reaches the container at this port of the host; undefined where it does in both. */
function findOnlyFamily(at: PublishedPort, reachable: readonly PublishedPort[]): AddressFamily | undefined {
  const same = reachable.filter(
    ({ privatePort, publicPort, hostAddress }) =>
      privatePort === at.privatePort && publicPort === at.publicPort && !isLoopback(hostAddress),
  );
  const [family, ...others] = new Set(same.map(({ hostAddress }) => familyOf(hostAddress)));
  return others.length === 0 ? family : undefined;
}

/** Every address rather than one, then the lower port: the same choice each time. */
function isBetter(port: PublishedPort, than: PublishedPort | undefined): boolean {
  if (than === undefined) return true;
  const width = ({ hostAddress }: PublishedPort): number => UNSPECIFIED_ADDRESSES.indexOf(hostAddress) >>> 0;
  return width(port) === width(than) ? port.publicPort < than.publicPort : width(port) < width(than);
}

function explainAbsence(
  { isOnHostNetwork, sharesNetworkOf }: Container,
  port: number | undefined,
  loopback: ReadonlySet<number>,
): string {
  if (isOnHostNetwork) {
    return "on the host's network nothing says which port is its own; write label ambassador.PORT.service=NAME";
  }
  if (port !== undefined && loopback.has(port)) {
    return `port ${port} is published on this machine's loopback only; publish it on an address of the network`;
  }
  const which = port === undefined ? 'none of its TCP ports is' : `TCP port ${port} is not`;
  const where = sharesNetworkOf === undefined ? '' : ' by the container whose network it shares';
  return `${which} published${where}; publish it${where === '' ? '' : ' there'}, such as -p ${port ?? 6379}`;
}

/** The name that compose gave, else the image's: `redis` of `registry.example.com/library/redis:7`. */
function nameAfter({ labels, image }: Container): string {
  const base = image.split('/').at(-1) ?? '';
  return labels.get(COMPOSE_SERVICE_LABEL) ?? base.replace(/[:@].*$/, '');
}

/** Pages have one. */
function chooseAlias({ alias }: PortWish, service: string): Pick<AnnouncementOptions, 'alias'> {
  if (alias === NO_ALIAS) return {};
  if (alias !== undefined) return { alias };
  return isWebType(announceAs(service).type) ? { alias: service } : {};
}

function describe(
  container: Container,
  port: AnnouncedPort,
  siblings: readonly AnnouncedPort[],
  { hostName, isNear }: ReconcileContext,
): WantedAnnouncement {
  const { wish, service, privatePort, publicPort, hostAddress, family } = port;
  const isOnly = siblings.filter((sibling) => sibling.service === service).length === 1;
  const near = container.isOnHostNetwork ? undefined : container.addresses.find(isNear);
  const check = wish.check ?? chooseCheck(service);
  const options: AnnouncementOptions = {
    service,
    instance: `${container.name}${isOnly ? '' : ` ${privatePort}`} on ${hostName}`,
    ...announceAs(service),
    ...chooseAlias(wish, service),
    subtypes: [],
    ...(isUnspecified(hostAddress) ? {} : { host: hostAddress }),
    port: publicPort,
    ...(family === undefined ? {} : { family }),
    priority: wish.priority,
    weight: wish.weight,
    txt: new Map([...wish.meta].map(([key, value]) => [key, new TextEncoder().encode(value)])),
    check,
    isCheckGuessed: wish.check === undefined,
    checkIntervalMs: chooseIntervalMs(check),
    rise: 1,
    fall: 1,
    relay: false,
    ...(near === undefined ? {} : { checkAt: { address: near, port: privatePort } }),
  };
  return { key: `${container.id} ${privatePort} ${service}`, containerId: container.id, options };
}

function isUnspecified(address: string): boolean {
  return UNSPECIFIED_ADDRESSES.includes(address);
}
