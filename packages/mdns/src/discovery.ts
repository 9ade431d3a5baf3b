import type { BrowseEvent, Instance, UnresolvedInstance } from './instance.ts';
import type { NetworkInterface } from './network.ts';
import type { Browse, BrowseOptions } from './node.ts';
import type { NodeContext } from './node-context.ts';
import { Instances } from './rules/asking/instances.ts';
import { Querier } from './rules/asking/querier.ts';
import type { QuerierEvent } from './rules/asking/querier-event.ts';
import { validateBrowsedType, validateLabel } from './validate-service.ts';

/** Against a host that invents service types without end: more than this are not told. */
const MAX_TYPES = 1_024;

interface Listening<Event> {
  readonly onEvent: (event: Event) => void;
  isClosed: boolean;
}

/** All who browse for the same thing share one browse on each interface. */
interface BrowseGroup {
  readonly type: string;
  readonly subtype: string | undefined;
  readonly instances: Instances;
  readonly listeners: Set<Listening<BrowseEvent>>;
}

/** What a node browses, kept the same on all its interfaces, and what they found, merged. */
export class Discovery {
  readonly #context: NodeContext;
  readonly #queriers = new Map<string, Querier>();
  /** Of interfaces whose zone is not their name; as many as there ever were. */
  readonly #zones = new Map<string, string>();
  /** Interfaces of which it was told that not all can be kept. */
  readonly #refusing = new Set<string>();
  readonly #groups = new Map<string, BrowseGroup>();
  readonly #typeListeners = new Set<Listening<string>>();
  readonly #types = new Set<string>();

  constructor(context: NodeContext) {
    this.#context = context;
  }

  /** The querier of an interface that is new. */
  attach({ name: interfaceName, zone }: NetworkInterface): Querier {
    if (zone !== undefined) this.#zones.set(interfaceName, zone);
    const querier = new Querier({ random: this.#context.random });
    this.#queriers.set(interfaceName, querier);
    const now = this.#context.now();
    for (const { type, subtype } of this.#groups.values()) querier.browse(type, subtype, now);
    if (this.#typeListeners.size > 0) querier.browseTypes(now);
    return querier;
  }

  /** What was known by this interface alone is lost. */
  detach(interfaceName: string): void {
    this.#queriers.delete(interfaceName);
    for (const group of this.#groups.values()) {
      for (const event of group.instances.dropInterface(interfaceName)) this.#tell(group, event);
    }
  }

  /** The listener hears first of what is known already. Throws an {@link MdnsError} for what can't be a type. */
  browse({ type, subtype }: BrowseOptions, onEvent: (event: BrowseEvent) => void): Browse {
    validateBrowsedType(type);
    if (subtype !== undefined) validateLabel('subtype', subtype);
    const key = groupKey(type, subtype);
    const group = this.#groups.get(key) ?? this.#openGroup(key, type, subtype);
    const listening: Listening<BrowseEvent> = { onEvent, isClosed: false };
    group.listeners.add(listening);
    for (const instance of group.instances.list()) {
      this.#notify(listening, { kind: 'added', instance: this.#placeInZones(instance) });
    }
    for (const instance of group.instances.listLeaving()) {
      this.#notify(listening, { kind: 'leaving', instance: this.#placeInZones(instance) });
    }
    void this.#context.changed();
    return { close: () => this.#stopListening(key, group, listening) };
  }

  browseTypes(onType: (type: string) => void): Browse {
    const listening: Listening<string> = { onEvent: onType, isClosed: false };
    this.#typeListeners.add(listening);
    for (const type of this.#types) this.#notify(listening, type);
    if (this.#typeListeners.size === 1) {
      for (const querier of this.#queriers.values()) querier.browseTypes(this.#context.now());
    }
    void this.#context.changed();
    return { close: () => this.#stopListeningToTypes(listening) };
  }

  /** See {@link MdnsNode.remainingMs}. */
  remainingMs({ type, name, host }: Pick<Instance, 'type' | 'name' | 'host'>): number {
    const now = this.#context.now();
    const ends = [...this.#queriers.values()].map((querier) => querier.findExpiry(type, name, host, now) ?? now);
    return Math.max(0, ...ends.map((end) => end - now));
  }

  /** See {@link MdnsNode.unresolved}. */
  unresolved(type: string): readonly UnresolvedInstance[] {
    const instances = this.#groups.get(groupKey(type, undefined))?.instances.list() ?? [];
    const resolved = new Set(instances.map(({ name }) => name));
    const named = [...this.#queriers.values()].flatMap((querier) => querier.listUnresolved(type, this.#context.now()));
    const byName = new Map(named.filter(({ name }) => !resolved.has(name)).map((one) => [one.name, one]));
    return [...byName.values()];
  }

  verify(type: string, instanceName: string): void {
    for (const querier of this.#queriers.values()) querier.verify(type, instanceName, this.#context.now());
    void this.#context.changed();
  }

  /** Whether `collect` has anything to tell of this interface. */
  hasNewsOf(interfaceName: string): boolean {
    const querier = this.#queriers.get(interfaceName);
    return querier !== undefined && (querier.hasEvents || this.#isRefusalNew(interfaceName, querier));
  }

  /** Takes in what the interfaces found since the last call. */
  collect(): void {
    for (const [interfaceName, querier] of this.#queriers) {
      for (const event of querier.takeEvents()) this.#note(interfaceName, event);
      if (!this.#isRefusalNew(interfaceName, querier)) continue;
      this.#refusing.add(interfaceName);
      this.#context.onEvent({ kind: 'records-refused', interfaceName });
    }
  }

  closeAll(): void {
    for (const [key, group] of [...this.#groups]) {
      for (const listening of [...group.listeners]) this.#stopListening(key, group, listening);
    }
    for (const listening of [...this.#typeListeners]) this.#stopListeningToTypes(listening);
  }

  #isRefusalNew(interfaceName: string, { refusedRecords }: Querier): boolean {
    return refusedRecords > 0 && !this.#refusing.has(interfaceName);
  }

  #openGroup(key: string, type: string, subtype: string | undefined): BrowseGroup {
    const group: BrowseGroup = { type, subtype, instances: new Instances(), listeners: new Set() };
    this.#groups.set(key, group);
    for (const querier of this.#queriers.values()) querier.browse(type, subtype, this.#context.now());
    return group;
  }

  #stopListening(key: string, group: BrowseGroup, listening: Listening<BrowseEvent>): void {
    listening.isClosed = true;
    if (!group.listeners.delete(listening) || group.listeners.size > 0) return;
    this.#groups.delete(key);
    for (const querier of this.#queriers.values()) querier.stopBrowse(group.type, group.subtype);
  }

  #stopListeningToTypes(listening: Listening<string>): void {
    listening.isClosed = true;
    if (!this.#typeListeners.delete(listening) || this.#typeListeners.size > 0) return;
    this.#types.clear();
    for (const querier of this.#queriers.values()) querier.stopBrowseTypes();
  }

  #note(interfaceName: string, event: QuerierEvent): void {
    switch (event.kind) {
      case 'type-found':
        this.#noteType(event.type);
        return;
      case 'resolved':
      case 'changed':
      case 'lost': {
        const group = this.#groups.get(groupKey(event.view.type, event.subtype));
        if (group === undefined) return;
        for (const change of group.instances.apply(interfaceName, event)) this.#tell(group, change);
        return;
      }
      default:
        event satisfies never;
    }
  }

  #noteType(type: string): void {
    if (this.#typeListeners.size === 0 || this.#types.has(type) || this.#types.size >= MAX_TYPES) return;
    this.#types.add(type);
    for (const listening of this.#typeListeners) this.#notify(listening, type);
  }

  #tell(group: BrowseGroup, event: BrowseEvent): void {
    const placed = { ...event, instance: this.#placeInZones(event.instance) };
    for (const listening of group.listeners) this.#notify(listening, placed);
  }

  /** `fe80::1%Wi-Fi` is `fe80::1%17` to Windows. */
  #placeInZones(instance: Instance): Instance {
    if (this.#zones.size === 0) return instance;
    const addresses = instance.addresses.map((each) => {
      const zone = this.#zones.get(each.interfaceName) ?? each.interfaceName;
      return { ...each, address: each.address.replace(/%.*$/, `%${zone}`) };
    });
    return { ...instance, addresses };
  }

  #notify<Event>(listening: Listening<Event>, event: Event): void {
    this.#context.notify(() => {
      if (!listening.isClosed) listening.onEvent(event);
    });
  }
}

function groupKey(type: string, subtype: string | undefined): string {
  return `${type} ${subtype ?? ''}`.toLowerCase();
}
