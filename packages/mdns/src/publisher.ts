import { HostAlias } from './host-alias.ts';
import { HostName } from './host-name.ts';
import type { AddressFamily } from './network.ts';
import type { NodeContext } from './node-context.ts';
import type { Publication, PublicationEvent, PublicationState, ServiceChange, ServiceOptions } from './publication.ts';
import { renameService } from './rules/answering/rename.ts';
import { Responder } from './rules/answering/responder.ts';
import type { ResponderEvent } from './rules/answering/responder-event.ts';
import type { HostOptions } from './rules/answering/responder-options.ts';
import { validateService } from './validate-service.ts';

/** One interface that services are published on. */
interface PublishingInterface {
  readonly interfaceName: string;
  readonly responder: Responder;
  addresses: readonly string[];
}

interface Published {
  readonly id: string;
  readonly onEvent: (event: PublicationEvent) => void;
  options: ServiceOptions;
  isWanted: boolean;
  isClosed: boolean;
  /** The name that was asked for. */
  readonly original: string;
  renames: number;
  /** Others use the name too, and renaming did not help. */
  insists: boolean;
  /** Names of the interfaces where it is announced. */
  announcedOn: ReadonlySet<string>;
  readonly alias: HostAlias | undefined;
  /** The alias and the addresses that were told of as those that answer; undefined: none. */
  toldAlias: string | undefined;
}

/** The host's names and the services of a node, kept the same on all its interfaces. */
export class Publisher {
  readonly #context: NodeContext;
  readonly #outlets = new Map<string, PublishingInterface>();
  readonly #published = new Map<string, Published>();
  /** By the label that was asked for, in lower case. */
  readonly #aliases = new Map<string, HostAlias>();
  readonly #host: HostName;
  readonly #hosts: readonly HostName[];
  #nextId = 1;

  constructor(hostLabel: string, context: NodeContext) {
    this.#host = new HostName(hostLabel);
    this.#hosts = [this.#host, new HostName(hostLabel, 'IPv4'), new HostName(hostLabel, 'IPv6')];
    this.#context = context;
  }

  /** The responder of an interface that is new. `addresses` are literals without zone. */
  attach(interfaceName: string, addresses: readonly string[]): Responder {
    const { random, now } = this.#context;
    const responder = new Responder(random, { label: this.#host.label, addresses: [] }, now());
    const outlet: PublishingInterface = { interfaceName, responder, addresses };
    this.#outlets.set(interfaceName, outlet);
    this.#claimHosts();
    this.#claimAliases();
    for (const service of this.#published.values()) this.#publishOn(outlet, service);
    return responder;
  }

  /** The interface has other addresses. */
  readdress(interfaceName: string, addresses: readonly string[]): void {
    const outlet = this.#outlets.get(interfaceName);
    if (outlet !== undefined) outlet.addresses = addresses;
    this.#claimHosts();
    this.#claimAliases();
    for (const service of this.#published.values()) this.#tellAlias(service);
  }

  detach(interfaceName: string): void {
    this.#outlets.delete(interfaceName);
    for (const alias of this.#aliases.values()) alias.announcedOn.delete(interfaceName);
    this.#claimHosts();
    this.#claimAliases();
    for (const service of this.#published.values()) {
      this.#announceChange(service, without(service.announcedOn, interfaceName));
      this.#tellAlias(service);
    }
  }

  /** Throws an {@link MdnsError} for a service that can't be put into packets. */
  publish(wanted: ServiceOptions, onEvent: (event: PublicationEvent) => void): Publication {
    // RFC 6763 4.1.1: Net-Unicode, which is precomposed (RFC 5198 3).
    const options = { ...wanted, name: wanted.name.normalize('NFC') };
    validateService(options);
    const service: Published = {
      id: String(this.#nextId++),
      onEvent,
      options,
      isWanted: true,
      isClosed: false,
      original: options.name,
      renames: 0,
      insists: false,
      announcedOn: new Set(),
      alias: this.#findAlias(options.alias),
      toldAlias: undefined,
    };
    this.#published.set(service.id, service);
    service.alias?.users.add(service);
    if (this.#servicesOf(options.family) === 1) this.#claimHosts();
    for (const outlet of this.#outlets.values()) this.#publishOn(outlet, service);
    this.#claimAlias(service.alias);
    void this.#context.changed();
    return this.#handle(service);
  }

  /** Takes in what happened on the interfaces since the last call; true when that calls for another `advance`. */
  collect(): boolean {
    const conflicts = new Set<string>();
    const lostHosts = new Set<AddressFamily | undefined>();
    const lostAliases = new Set<string>();
    for (const { interfaceName, responder } of this.#outlets.values()) {
      for (const event of responder.takeEvents()) {
        if (event.kind === 'conflict') conflicts.add(event.id);
        else if (event.kind === 'host-conflict') lostHosts.add(event.family);
        else if (event.kind === 'alias-conflict') lostAliases.add(event.id);
        else this.#noteProgress(event, interfaceName);
      }
    }
    for (const host of this.#hosts) if (lostHosts.has(host.family)) this.#renameHost(host);
    for (const id of conflicts) this.#rename(id);
    for (const id of lostAliases) this.#renameAlias(id);
    return lostHosts.size + conflicts.size + lostAliases.size > 0;
  }

  /** Goodbyes for everything. */
  closeAll(): void {
    for (const service of [...this.#published.values()]) this.#close(service);
  }

  #handle(service: Published): Publication {
    const publisher = this;
    return {
      get name() {
        return service.options.name;
      },
      get state() {
        return stateOf(service);
      },
      get host() {
        return `${publisher.#hostOf(service.options.family).label}.local`;
      },
      get alias() {
        return service.alias?.isLost === false ? service.alias.name : undefined;
      },
      update: (change) => this.#update(service, change),
      withdraw: () => this.#withdraw(service),
      announce: () => this.#announce(service),
      close: () => {
        this.#close(service);
        return this.#context.changed();
      },
    };
  }

  #update(service: Published, change: ServiceChange): void {
    const options = { ...service.options, ...change };
    validateService(options);
    service.options = options;
    if (service.isClosed) return;
    for (const { responder } of this.#outletsOf(service)) responder.update(service.id, options, this.#context.now());
    void this.#context.changed();
  }

  #withdraw(service: Published): void {
    if (service.isClosed || !service.isWanted) return;
    service.isWanted = false;
    service.announcedOn = new Set();
    service.toldAlias = undefined;
    for (const { responder } of this.#outletsOf(service)) responder.withdraw(service.id, this.#context.now());
    this.#claimAlias(service.alias);
    this.#tell(service, { kind: 'withdrawn', name: service.options.name });
    void this.#context.changed();
  }

  #announce(service: Published): void {
    if (service.isClosed || service.isWanted) return;
    service.isWanted = true;
    for (const { responder } of this.#outletsOf(service)) responder.announce(service.id, this.#context.now());
    this.#claimAlias(service.alias);
    void this.#context.changed();
  }

  #close(service: Published): void {
    if (service.isClosed) return;
    service.isClosed = true;
    this.#published.delete(service.id);
    this.#leaveAlias(service);
    for (const { responder } of this.#outletsOf(service)) responder.remove(service.id, this.#context.now());
    if (this.#servicesOf(service.options.family) === 0) this.#claimHosts();
    if (service.announcedOn.size > 0) this.#tell(service, { kind: 'withdrawn', name: service.options.name });
    service.announcedOn = new Set();
    void this.#context.changed();
  }

  #publishOn({ interfaceName, responder }: PublishingInterface, service: Published): void {
    if (service.options.interfaces?.includes(interfaceName) === false) return;
    responder.publish(service.id, service.options, this.#context.now(), {
      announce: service.isWanted,
      insist: service.insists,
    });
  }

  #outletsOf({ options }: Published): readonly PublishingInterface[] {
    const outlets = [...this.#outlets.values()];
    return outlets.filter(({ interfaceName }) => options.interfaces?.includes(interfaceName) !== false);
  }

  #noteProgress(
    event: Exclude<ResponderEvent, { kind: 'conflict' | 'host-conflict' | 'alias-conflict' }>,
    interfaceName: string,
  ): void {
    switch (event.kind) {
      case 'claimed':
      case 'host-claimed':
        return;
      case 'announced': {
        const service = this.#published.get(event.id);
        if (service?.isWanted !== true) return;
        this.#announceChange(service, new Set([...service.announcedOn, interfaceName]));
        return;
      }
      case 'alias-announced': {
        const alias = this.#aliases.get(event.id);
        if (alias === undefined) return;
        alias.announcedOn.add(interfaceName);
        for (const service of this.#usersOf(alias)) this.#tellAlias(service);
        return;
      }
      default:
        event satisfies never;
    }
  }

  #announceChange(service: Published, announcedOn: ReadonlySet<string>): void {
    if (announcedOn.size === service.announcedOn.size) return;
    service.announcedOn = announcedOn;
    this.#tell(service, { kind: 'announced', name: service.options.name, interfaces: [...announcedOn] });
    this.#tellAlias(service);
  }

  /** RFC 6762 9. One interface lost the name, so every interface takes the next. */
  #rename(id: string): void {
    const service = this.#published.get(id);
    if (service === undefined || service.insists) return;
    const from = service.options.name;
    const to = renameService(service.original, service.renames, this.#context.random);
    if (to === undefined) {
      service.insists = true;
      this.#context.onEvent({ kind: 'name-disputed', name: from });
    } else {
      service.renames++;
      service.options = { ...service.options, name: to };
      this.#tell(service, { kind: 'renamed', from, to });
    }
    service.announcedOn = new Set();
    for (const outlet of this.#outlets.values()) this.#publishOn(outlet, service);
  }

  #renameHost(host: HostName): void {
    if (host.insists) return;
    const from = host.label;
    host.rename(this.#context.random);
    this.#context.onEvent(
      host.insists ? { kind: 'name-disputed', name: from } : { kind: 'host-renamed', from, to: host.label },
    );
    this.#claimHosts();
  }

  #hostOf(family: AddressFamily | undefined): HostName {
    return this.#hosts.find((host) => host.family === family) ?? this.#host;
  }

  #servicesOf(family: AddressFamily | undefined): number {
    return [...this.#published.values()].filter(({ options }) => options.family === family).length;
  }

  /** A name of the host is claimed while there is a service on it: who only browses has nothing to say. */
  #claimHosts(): void {
    for (const outlet of this.#outlets.values()) {
      for (const host of this.#hosts) outlet.responder.setHost(this.#describeHost(host, outlet), this.#context.now());
    }
  }

  #describeHost(host: HostName, { interfaceName, addresses }: PublishingInterface): HostOptions {
    return {
      family: host.family,
      label: host.label,
      addresses: this.#servicesOf(host.family) > 0 ? host.choose(addresses) : [],
      elsewhere: this.#elsewhere(interfaceName),
      insist: host.insists,
    };
  }

  /** The addresses of the other interfaces. */
  #elsewhere(interfaceName: string): readonly string[] {
    const others = [...this.#outlets.values()].filter((other) => other.interfaceName !== interfaceName);
    return others.flatMap(({ addresses }) => addresses);
  }

  #findAlias(label: string | undefined): HostAlias | undefined {
    if (label === undefined) return undefined;
    const id = label.toLowerCase();
    const alias = this.#aliases.get(id) ?? new HostAlias(label);
    this.#aliases.set(id, alias);
    return alias;
  }

  #leaveAlias(service: Published): void {
    const { alias } = service;
    if (alias === undefined) return;
    alias.users.delete(service);
    this.#claimAlias(alias);
    if (alias.users.size === 0) this.#aliases.delete(alias.original.toLowerCase());
  }

  #claimAliases(): void {
    for (const alias of this.#aliases.values()) this.#claimAlias(alias);
  }

  #claimAlias(alias: HostAlias | undefined): void {
    if (alias === undefined) return;
    const id = alias.original.toLowerCase();
    const now = this.#context.now();
    for (const { interfaceName, responder, addresses } of this.#outlets.values()) {
      const wish = alias.describe(interfaceName, addresses);
      if (!wish.announce) alias.announcedOn.delete(interfaceName);
      const elsewhere = this.#elsewhere(interfaceName);
      responder.setAlias(id, { label: alias.label, ...wish, elsewhere }, now);
    }
  }

  #renameAlias(id: string): void {
    const alias = this.#aliases.get(id);
    if (alias === undefined || alias.isLost) return;
    const from = alias.name;
    alias.rename();
    const event: PublicationEvent = alias.isLost
      ? { kind: 'alias-lost', alias: from }
      : { kind: 'alias-renamed', from, to: alias.name };
    for (const service of this.#usersOf(alias)) this.#tell(service, event);
    this.#claimAlias(alias);
  }

  /** Once the service and its alias both are announced. */
  #tellAlias(service: Published): void {
    const { alias } = service;
    if (alias === undefined || service.announcedOn.size === 0 || alias.announcedOn.size === 0) return;
    const interfaces = [...alias.announcedOn];
    const addresses = interfaces.flatMap((name) => this.#outlets.get(name)?.addresses ?? []);
    const told = [alias.label, ...addresses].join(' ');
    if (service.toldAlias === told) return;
    service.toldAlias = told;
    this.#tell(service, { kind: 'alias-announced', alias: alias.name, interfaces });
  }

  #usersOf(alias: HostAlias): readonly Published[] {
    return [...this.#published.values()].filter((service) => service.alias === alias);
  }

  #tell(service: Published, event: PublicationEvent): void {
    this.#context.notify(() => service.onEvent(event));
  }
}

function stateOf(service: Published): PublicationState {
  if (service.isClosed) return { kind: 'closed' };
  if (!service.isWanted) return { kind: 'held' };
  if (service.announcedOn.size === 0) return { kind: 'probing' };
  return { kind: 'announced', interfaces: [...service.announcedOn] };
}

function without(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  return new Set([...names].filter((each) => each !== name));
}
