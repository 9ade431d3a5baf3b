import type { AddressFamily } from '../../network.ts';
import type { ServiceOptions } from '../../publication.ts';
import { type Name, nameKey } from '../../wire/name.ts';
import type { Registration } from './registration.ts';
import { pointToType } from './service-records.ts';
import { OwnZone } from './zone.ts';

export interface RegisteredHost {
  readonly registration: Registration;
  /** The only one of its addresses; undefined: they may be of both. */
  readonly family: AddressFamily | undefined;
  /** Identities of address data of this machine's other interfaces: {@link dataKey}. */
  readonly elsewhere: ReadonlySet<string>;
}

/** Another name of the host. */
export interface RegisteredAlias {
  readonly registration: Registration;
  readonly elsewhere: ReadonlySet<string>;
  /** To be announced, as soon as it is claimed. */
  readonly isWanted: boolean;
}

export interface RegisteredService {
  readonly options: ServiceOptions;
  readonly registration: Registration;
  /** To be announced, as soon as its name and the host's are claimed. */
  readonly isWanted: boolean;
}

/** Its name is neither ours nor another's yet. */
function isClaiming({ registration }: RegisteredService): boolean {
  return !registration.isClaimed && registration.probe.state.kind !== 'lost';
}

/** The host, under each of its names, and the services of one interface, and what they make us authoritative for. */
export class InterfaceRegistry {
  readonly #services: Map<string, RegisteredService> = new Map();
  readonly #aliases: Map<string, RegisteredAlias> = new Map();
  readonly #byName: Map<string, Registration> = new Map();
  readonly #hosts: Map<AddressFamily | undefined, RegisteredHost> = new Map();
  #zone: OwnZone | undefined;

  get hosts(): Iterable<RegisteredHost> {
    return this.#hosts.values();
  }

  get services(): ReadonlyMap<string, RegisteredService> {
    return this.#services;
  }

  get aliases(): ReadonlyMap<string, RegisteredAlias> {
    return this.#aliases;
  }

  /** The one whose services are reached in this family alone, or in both. */
  host(family: AddressFamily | undefined): RegisteredHost | undefined {
    return this.#hosts.get(family);
  }

  /** The host that this is the registration of; undefined for a service's. */
  findHost(registration: Registration): RegisteredHost | undefined {
    for (const host of this.#hosts.values()) if (host.registration === registration) return host;
    return undefined;
  }

  setHost(host: RegisteredHost): void {
    this.deleteHost(host.family);
    this.#hosts.set(host.family, host);
    this.#byName.set(nameKey(host.registration.name), host.registration);
  }

  deleteHost(family: AddressFamily | undefined): void {
    const host = this.#hosts.get(family);
    if (host !== undefined) this.#byName.delete(nameKey(host.registration.name));
    this.#hosts.delete(family);
    this.#zone = undefined;
  }

  /** Identities of address data of this machine's other interfaces, under a name of the host; undefined for a service's. */
  findElsewhere(registration: Registration): ReadonlySet<string> | undefined {
    for (const alias of this.#aliases.values()) if (alias.registration === registration) return alias.elsewhere;
    return this.findHost(registration)?.elsewhere;
  }

  /** Puts an alias under a name that nobody has here, or replaces what the `id` has. */
  setAlias(id: string, alias: RegisteredAlias): void {
    this.deleteAlias(id);
    this.#aliases.set(id, alias);
    this.#byName.set(nameKey(alias.registration.name), alias.registration);
    this.#zone = undefined;
  }

  deleteAlias(id: string): void {
    const alias = this.#aliases.get(id);
    if (alias === undefined) return;
    this.#aliases.delete(id);
    this.#byName.delete(nameKey(alias.registration.name));
    this.#zone = undefined;
  }

  /** Puts a service under a name that nobody has here, or replaces what the `id` has. */
  setService(id: string, service: RegisteredService): void {
    this.deleteService(id);
    this.#services.set(id, service);
    this.#byName.set(nameKey(service.registration.name), service.registration);
    this.#zone = undefined;
  }

  deleteService(id: string): void {
    const service = this.#services.get(id);
    if (service === undefined) return;
    this.#services.delete(id);
    this.#byName.delete(nameKey(service.registration.name));
    this.#zone = undefined;
  }

  /** The registration that claims or has this name. */
  find(name: Name): Registration | undefined {
    return this.#byName.get(nameKey(name));
  }

  /** Every registration. */
  registrations(): Iterable<Registration> {
    return this.#byName.values();
  }

  /** Whether everybody may know of the service: it is wanted, and its name and its host's are ours. */
  isTold({ isWanted, registration, options }: RegisteredService): boolean {
    return isWanted && registration.isClaimed && this.#hosts.get(options.family)?.registration.isClaimed === true;
  }

  *servicesOf({ family }: RegisteredHost): Iterable<readonly [string, RegisteredService]> {
    for (const entry of this.#services) if (entry[1].options.family === family) yield entry;
  }

  /**
   * Whether a host's addresses are better announced a moment later: the first of its services to be told is still claiming its name. In one
   * packet they serve those who read no other; a record goes out once a second at most, so they could not follow at once (RFC 6762 6).
   */
  isHostToWait(host: RegisteredHost): boolean {
    const wanted = [...this.servicesOf(host)].map(([, service]) => service).filter(({ isWanted }) => isWanted);
    return wanted.some(isClaiming) && !wanted.some((service) => service.registration.isClaimed);
  }

  /** Must be called when a name was claimed or lost, or data changed in place. */
  invalidate(): void {
    this.#zone = undefined;
  }

  zone(): OwnZone {
    this.#zone ??= this.#buildZone();
    return this.#zone;
  }

  #buildZone(): OwnZone {
    const zone = new OwnZone();
    for (const { name } of this.#byName.values()) zone.addName(name);
    for (const { registration } of this.#hosts.values()) {
      if (registration.isClaimed) zone.addUnique(registration.name, registration.claimed, false);
    }
    for (const { registration, isWanted } of this.#aliases.values()) {
      if (registration.isClaimed) zone.addUnique(registration.name, registration.claimed, !isWanted);
    }
    for (const service of this.#services.values()) {
      const { registration, options } = service;
      if (!registration.isClaimed) continue;
      const isTold = this.isTold(service);
      zone.addUnique(registration.name, registration.claimed, !isTold);
      if (isTold) for (const pointer of [...registration.pointers, pointToType(options)]) zone.addShared(pointer);
    }
    return zone;
  }
}
