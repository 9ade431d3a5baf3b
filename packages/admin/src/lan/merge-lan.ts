import { stripZone } from '@mdns-ambassador/relay';
import type { LanLink, LanMachine, LanProxy, LanService, LanView } from './lan-view.ts';
import type { ProxiedView, ShownEndpointState, ShownProcess, UsedEndpoint } from './shown-process.ts';

export const MAX_MACHINES = 256;
const MAX_SERVICES = 2_048;
const MAX_LINKS = 4_096;

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/i;
/** Every machine may have one like it. */
const LINK_LOCAL = /^(?:fe[89ab]|169\.254\.)/i;
/** What `announce` puts behind a host's name: `h1-k3x9.local`. */
const HOST_ID = /-[0-9a-z]{4,8}$/;

/** What one process shows, and how it was learnt. */
export interface SeenProcess {
  readonly via: 'self' | 'local' | 'peer';
  readonly view: ShownProcess;
}

/** What mDNS shows of one instance. */
export interface SeenInstance {
  readonly service: string;
  readonly instance: string;
  readonly type: string;
  /** `h1-k3x9.local` */
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly string[];
  readonly isFromThisHost: boolean;
  /** It is announced by this program: its TXT says so. */
  readonly isOurs: boolean;
}

interface MachineDraft {
  readonly id: string;
  name: string;
  known: LanMachine['known'];
  readonly versions: Set<string>;
  readonly modes: Set<LanMachine['modes'][number]>;
  platform: string | undefined;
  readonly addresses: Set<string>;
  readonly services: Map<string, LanService>;
  readonly proxies: Map<string, LanProxy>;
}

interface PlacedOnMachine {
  readonly machine: MachineDraft;
  readonly service: LanService;
}

const RANKS: Readonly<Record<LanMachine['known'], number>> = { self: 0, shown: 1, heard: 2, dialled: 3 };
const WORST_LAST: readonly ShownEndpointState[] = ['ejected', 'probation', 'stale', 'draining', 'ready'];

/**
 * One picture of what this process, the others of this machine, peers and mDNS show. Pure. What a machine shows of itself counts before what
 * mDNS says of it; the same instance is one, whoever tells of it. Rates are left at 0.
 */
export function mergeLan(
  seen: { readonly processes: readonly SeenProcess[]; readonly instances: readonly SeenInstance[] },
  at: number,
): LanView {
  const merge = new LanMerge();
  const processes = [...new Map(seen.processes.toReversed().map((one) => [one.view.id, one])).values()].toReversed();
  for (const process of processes) merge.addProcess(process);
  for (const instance of seen.instances) merge.addInstance(instance);
  for (const { view } of processes) for (const proxied of view.proxied) merge.addLinks(view, proxied);
  return { at, ...merge.finish() };
}

class LanMerge {
  readonly #machines = new Map<string, MachineDraft>();
  readonly #ofProcess = new Map<string, MachineDraft>();
  readonly #byAddress = new Map<string, MachineDraft>();
  readonly #byHost = new Map<string, MachineDraft>();
  readonly #links = new Map<string, LanLink>();
  readonly #services = new Map<string, PlacedOnMachine>();
  /** By what is offered, or at which port, and under which name. */
  readonly #byName = new Map<string, PlacedOnMachine>();
  #self: MachineDraft | undefined;

  addProcess({ via, view }: SeenProcess): void {
    const { machine, version, mode, announced, proxied } = view;
    // Another user of this machine has another number for it.
    const known = via === 'local' ? this.#self : undefined;
    const draft = known ?? this.#take(machine.id, machine.name, via === 'peer' ? 'shown' : 'self');
    if (draft === undefined) return;
    this.#ofProcess.set(view.id, draft);
    if (via === 'self') this.#self = draft;
    if (known === undefined) draft.name = machine.name;
    draft.platform = machine.platform;
    draft.versions.add(version);
    draft.modes.add(mode);
    this.#index(draft, machine.addresses);
    for (const { service, instance, type, port, state } of announced) {
      this.#addService(draft, { id: nameService(type, instance), service, instance, port, state });
    }
    for (const { service, listen } of proxied) {
      const other = draft.proxies.get(service);
      draft.proxies.set(service, { service, listen: [...new Set([...(other?.listen ?? []), ...listen])] });
    }
  }

  addInstance({ service, instance, type, host, port, addresses, isFromThisHost, isOurs }: SeenInstance): void {
    const id = nameService(type, instance);
    if (this.#services.has(id)) return;
    const label = host.replace(/\.local\.?$/i, '');
    const draft =
      (isFromThisHost ? this.#self : undefined) ??
      this.#findByAddress(addresses) ??
      this.#byHost.get(host.toLowerCase()) ??
      this.#take(`host:${host.toLowerCase()}`, isOurs ? label.replace(HOST_ID, '') : label, 'heard');
    if (draft === undefined) return;
    this.#byHost.set(host.toLowerCase(), draft);
    this.#index(draft, addresses);
    this.#addService(draft, { id, service, instance, port, state: 'announced' });
  }

  addLinks({ id: process }: ShownProcess, { service, endpoints }: ProxiedView): void {
    const from = this.#ofProcess.get(process);
    if (from === undefined) return;
    for (const endpoint of endpoints) {
      const target = this.#findTarget(from, service, endpoint);
      if (target === undefined) continue;
      const id = JSON.stringify([from.id, service, target.service.id]);
      const known = this.#links.get(id);
      if (known === undefined && this.#links.size >= MAX_LINKS) return;
      const { state, active, total, failures, bytes } = endpoint;
      this.#links.set(id, {
        id,
        from: from.id,
        service,
        to: target.machine.id,
        target: target.service.id,
        state: known === undefined ? state : chooseState(known.state, state),
        active: active + (known?.active ?? 0),
        total: total + (known?.total ?? 0),
        failures: failures + (known?.failures ?? 0),
        ...(bytes === undefined ? {} : { bytes: bytes + (known?.bytes ?? 0) }),
        connectionsPerSecond: 0,
        bytesPerSecond: 0,
      });
    }
  }

  finish(): Pick<LanView, 'machines' | 'links'> {
    const machines = [...this.#machines.values()].map(
      ({ versions, modes, platform, addresses, services, proxies, ...rest }): LanMachine => ({
        ...rest,
        versions: [...versions].toSorted(),
        modes: [...modes].toSorted(),
        ...(platform === undefined ? {} : { platform }),
        addresses: [...addresses].slice(0, 8),
        services: [...services.values()].toSorted((a, b) => compare(a.service, b.service) || compare(a.id, b.id)),
        proxies: [...proxies.values()].toSorted((a, b) => compare(a.service, b.service)),
      }),
    );
    return {
      machines: machines.toSorted((a, b) => compare(a.name, b.name) || compare(a.id, b.id)),
      links: [...this.#links.values()].toSorted((a, b) => compare(a.id, b.id)),
    };
  }

  #take(id: string, name: string, known: MachineDraft['known']): MachineDraft | undefined {
    const draft = this.#machines.get(id);
    if (draft !== undefined) {
      if (RANKS[known] < RANKS[draft.known]) draft.known = known;
      return draft;
    }
    if (this.#machines.size >= MAX_MACHINES) return undefined;
    const fresh: MachineDraft = {
      id,
      name,
      known,
      versions: new Set(),
      modes: new Set(),
      platform: undefined,
      addresses: new Set(),
      services: new Map(),
      proxies: new Map(),
    };
    this.#machines.set(id, fresh);
    return fresh;
  }

  /** An address leads to who was there first: what a machine shows of itself comes before what is heard. */
  #index(draft: MachineDraft, addresses: readonly string[]): void {
    for (const zoned of addresses) {
      const address = withoutZone(zoned);
      if (LOOPBACK.test(address)) continue;
      draft.addresses.add(address);
      if (!LINK_LOCAL.test(address) && !this.#byAddress.has(address)) this.#byAddress.set(address, draft);
    }
  }

  #findByAddress(addresses: readonly string[]): MachineDraft | undefined {
    const drafts = addresses.map((address) => this.#byAddress.get(withoutZone(address)));
    return drafts.find((draft) => draft !== undefined);
  }

  #addService(machine: MachineDraft, service: LanService): void {
    if (this.#services.has(service.id) || this.#services.size >= MAX_SERVICES) return;
    const placed = { machine, service };
    this.#services.set(service.id, placed);
    for (const name of [nameOffer(service.service, service.instance), nameOffer(service.port, service.instance)]) {
      if (!this.#byName.has(name)) this.#byName.set(name, placed);
    }
    machine.services.set(service.id, service);
  }

  /** By its name, else by its place. A place that nobody announces is one of a machine that is known by its address, or of one more. */
  #findTarget(
    from: MachineDraft,
    service: string,
    { instance, address, port }: UsedEndpoint,
  ): PlacedOnMachine | undefined {
    if (instance !== undefined) {
      // A proxy may call a service otherwise than its type does: `web` of `_http._tcp`.
      const named = this.#byName.get(nameOffer(service, instance)) ?? this.#byName.get(nameOffer(port, instance));
      if (named !== undefined) return named;
    }
    const place = withoutZone(address);
    const machine = LOOPBACK.test(place)
      ? from
      : (this.#byAddress.get(place) ?? this.#take(`at:${place}`, place, 'dialled'));
    if (machine === undefined) return undefined;
    this.#index(machine, [place]);
    const known = [...machine.services.values()].find((one) => one.port === port && one.service === service);
    if (known !== undefined) return { machine, service: known };
    const shown = instance ?? `${service} at ${place}`;
    const fresh: LanService = { id: `${place}|${port}|${shown}`, service, instance: shown, port, state: 'known' };
    this.#addService(machine, fresh);
    return this.#services.get(fresh.id);
  }
}

function nameOffer(service: string | number, instance: string): string {
  return JSON.stringify([service, instance]);
}

function nameService(type: string, instance: string): string {
  return `${type.toLowerCase()}|${instance}`;
}

/** Of two proxies on one machine that know the same endpoint the better opinion shows. */
function chooseState(a: ShownEndpointState, b: ShownEndpointState): ShownEndpointState {
  return WORST_LAST.indexOf(a) > WORST_LAST.indexOf(b) ? a : b;
}

function withoutZone(address: string): string {
  return stripZone(address).toLowerCase();
}

/** Alike on every machine and in every language. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
