import { MDNS_PORT } from '../../mdns-port.ts';
import type { AddressFamily } from '../../network.ts';
import type { ServiceOptions } from '../../publication.ts';
import type { Name } from '../../wire/name.ts';
import { dataKey } from '../../wire/record.ts';
import type { Machine, Random, Received, Transmit } from '../machine.ts';
import { nameOfHost, nameOfInstance } from '../service-name.ts';
import { Answerer, type AnswererCounters } from './answerer.ts';
import { ConflictLog } from './conflict-log.ts';
import { Farewells } from './farewells.ts';
import { ConflictListener } from './listener.ts';
import type { OwnSet } from './own-set.ts';
import { composeProbe, MAX_PROBE_DELAY_MS } from './probe.ts';
import { type RegisteredSets, Registration } from './registration.ts';
import { InterfaceRegistry } from './registry.ts';
import type { ResponderEvent } from './responder-event.ts';
import type { AliasOptions, HostOptions, PublishOptions } from './responder-options.ts';
import { composeGoodbye } from './response.ts';
import { ResponseQueue } from './response-queue.ts';
import { describeHost, describeService, pointToService, pointToType, readAddresses } from './service-records.ts';
import { takeResponses } from './take-responses.ts';

/**
 * The responder of one interface (RFC 6762 6, 8, 9, 10.1): claims, announces, answers, defends and says goodbye for the host's names
 * and any number of services, which are independent of each other. Calls take effect with the next `advance`.
 */
export class Responder implements Machine {
  readonly #random: Random;
  readonly #registry: InterfaceRegistry = new InterfaceRegistry();
  readonly #queue: ResponseQueue = new ResponseQueue();
  readonly #conflicts: ConflictLog = new ConflictLog();
  readonly #answerer: Answerer;
  readonly #listener: ConflictListener;
  readonly #farewells: Farewells = new Farewells();
  #hostName: Name;
  /** Of the host as those services have it that are reached in one family alone. */
  readonly #hostNames: Map<AddressFamily, Name> = new Map();
  #events: ResponderEvent[] = [];
  /** When the caller last changed something that `advance` has not seen yet. */
  #changedAt: number = Number.POSITIVE_INFINITY;

  constructor(random: Random, host: HostOptions, now: number) {
    this.#random = random;
    this.#answerer = new Answerer(random, this.#queue);
    const onConflict = (registration: Registration, now: number): void => this.#contest(registration, now);
    this.#listener = new ConflictListener(random, this.#registry, this.#queue, onConflict);
    this.#hostName = nameOfHost(host.label);
    this.setHost(host, now);
  }

  get counters(): AnswererCounters {
    return this.#answerer.counters;
  }

  /** Names that were lost to others. */
  get conflicts(): number {
    return this.#conflicts.total;
  }

  /** Claims a name of the host, or changes it or its addresses. A new name is claimed anew, and what points to it is announced again. */
  setHost({ family, label, addresses, elsewhere = [], insist = false }: HostOptions, now: number): void {
    const name = nameOfHost(label);
    const sets: RegisteredSets = { claimed: describeHost(name, addresses), pointers: [] };
    const others = new Set(readAddresses(elsewhere).map(dataKey));
    const current = this.#registry.host(family)?.registration;
    this.#changedAt = now;
    if (current?.canGoOnAs(name) && sets.claimed.length > 0) {
      current.probe.insists = insist;
      this.#registry.setHost({ family, registration: current, elsewhere: others });
      this.#change(current, sets, now);
      return;
    }
    if (current !== undefined) this.#sayGoodbye(current);
    this.#registry.deleteHost(family);
    if (sets.claimed.length > 0) {
      const registration = new Registration(name, sets, this.#drawStart(now), insist);
      this.#registry.setHost({ family, registration, elsewhere: others });
    }
    if (family === undefined) this.#hostName = name;
    else this.#hostNames.set(family, name);
    for (const { registration, options } of this.#registry.services.values()) {
      if (options.family !== family) continue;
      this.#change(registration, this.#describe(options), now);
      registration.announcement.stop();
    }
  }

  /**
   * Claims one more name of the host, and announces it once that is done if so asked. With an `id` that is known: changes what it has, or
   * gives up the old name first. A name that another has here is a conflict. Without an address the alias is given up.
   */
  setAlias(id: string, { label, addresses, elsewhere = [], announce }: AliasOptions, now: number): void {
    const name = nameOfHost(label);
    const sets: RegisteredSets = { claimed: describeHost(name, addresses), pointers: [] };
    const others = new Set(readAddresses(elsewhere).map(dataKey));
    const current = this.#registry.aliases.get(id);
    this.#changedAt = now;
    if (current?.registration.canGoOnAs(name) && sets.claimed.length > 0) {
      const { registration } = current;
      this.#registry.setAlias(id, { registration, elsewhere: others, isWanted: announce });
      if (announce !== current.isWanted) this.#registry.invalidate();
      this.#change(registration, sets, now);
      if (current.isWanted && !announce) this.#sayGoodbye(registration);
      return;
    }
    this.removeAlias(id, now);
    if (sets.claimed.length === 0) return;
    if (this.#registry.find(name) !== undefined) {
      this.#events.push({ kind: 'alias-conflict', id });
      return;
    }
    const registration = new Registration(name, sets, this.#drawStart(now), false);
    this.#registry.setAlias(id, { registration, elsewhere: others, isWanted: announce });
  }

  /** Says goodbye to the alias, and gives up the name. */
  removeAlias(id: string, now: number): void {
    const alias = this.#registry.aliases.get(id);
    if (alias === undefined) return;
    this.#changedAt = now;
    this.#registry.deleteAlias(id);
    this.#sayGoodbye(alias.registration);
  }

  /**
   * Claims the name of a service, and announces it once that is done if so asked. With an `id` that is known: changes the service's
   * data if the name is the same, else gives up the old name first. A name that another `id` has here is a conflict.
   */
  publish(id: string, options: ServiceOptions, now: number, { announce, insist = false }: PublishOptions): void {
    const name = nameOfInstance(options.type, options.name);
    const current = this.#registry.services.get(id);
    this.#changedAt = now;
    if (current?.registration.canGoOnAs(name)) {
      current.registration.probe.insists = insist;
      this.update(id, options, now);
      if (announce) this.announce(id, now);
      else this.withdraw(id, now);
      return;
    }
    this.remove(id, now);
    if (this.#registry.find(name) !== undefined) {
      this.#events.push({ kind: 'conflict', id });
      return;
    }
    const registration = new Registration(name, this.#describe(options), this.#drawStart(now), insist);
    this.#registry.setService(id, { options, registration, isWanted: announce });
  }

  /** Changes a service's data without a goodbye (RFC 6762 8.4); its name and type stay as they are. Unknown ids are ignored. */
  update(id: string, options: ServiceOptions, now: number): void {
    const service = this.#registry.services.get(id);
    if (service === undefined) return;
    const { name, type } = service.options;
    const changed = { ...options, name, type };
    this.#changedAt = now;
    this.#registry.setService(id, { ...service, options: changed });
    this.#change(service.registration, this.#describe(changed), now);
  }

  /** Announces a service: at once if its name is claimed. No-op when that was asked for already. */
  announce(id: string, now: number): void {
    const service = this.#registry.services.get(id);
    if (service === undefined || service.isWanted) return;
    this.#changedAt = now;
    this.#registry.setService(id, { ...service, isWanted: true });
  }

  /** Says goodbye for the service's own records (RFC 6762 10.1), and keeps the name claimed. */
  withdraw(id: string, now: number): void {
    const service = this.#registry.services.get(id);
    if (service === undefined || !service.isWanted) return;
    this.#changedAt = now;
    this.#registry.setService(id, { ...service, isWanted: false });
    this.#sayGoodbye(service.registration);
  }

  /** As `withdraw`, and gives up the name. */
  remove(id: string, now: number): void {
    const service = this.#registry.services.get(id);
    if (service === undefined) return;
    this.#changedAt = now;
    this.#registry.deleteService(id);
    this.#sayGoodbye(service.registration);
  }

  /** The link may be another one (it came back, or the machine slept): everything is claimed and announced anew (RFC 6762 8). */
  restart(now: number): void {
    this.#changedAt = now;
    this.#queue.clear();
    this.#farewells.forget();
    this.#registry.invalidate();
    const startAt = now + this.#random() * MAX_PROBE_DELAY_MS;
    for (const registration of this.#registry.registrations()) {
      registration.announcement.stop();
      registration.probe.restart(startAt);
    }
  }

  /** What happened since the last call; worth a call after each `advance`. */
  takeEvents(): readonly ResponderEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  receive(packet: Received, now: number): boolean {
    const { kind } = packet.message;
    switch (kind) {
      case 'query':
        // Who asks from another port does not probe (RFC 6762 6.7).
        if (packet.from.port === MDNS_PORT) this.#listener.hearQuery(packet.message, now);
        this.#answerer.receive(packet, this.#registry.zone(), now);
        return true;
      case 'response':
        this.#farewells.hear(packet, now);
        return this.#listener.hearResponse(packet, now);
      default:
        return kind satisfies never;
    }
  }

  advance(now: number): readonly Transmit[] {
    this.#changedAt = Number.POSITIVE_INFINITY;
    const probing = this.#advanceProbes(now);
    this.#advanceAnnouncements(now);
    const goodbyes = this.#farewells.take(this.#registry.zone(), now);
    const unicasts = this.#answerer.advance(this.#registry.zone(), now);
    const messages = [
      ...(goodbyes.length > 0 ? [composeGoodbye(goodbyes)] : []),
      ...takeResponses(this.#queue, this.#registry.zone(), now),
      ...(probing.length > 0 ? [composeProbe(probing.map(({ probe }) => probe))] : []),
    ];
    return [...messages.map((message): Transmit => ({ message, to: { kind: 'multicast' } })), ...unicasts];
  }

  nextDeadline(): number {
    const goodbyeAt = Math.min(this.#changedAt, this.#farewells.nextDeadline());
    let deadline = Math.min(goodbyeAt, this.#queue.nextDeadline(), this.#answerer.nextDeadline());
    for (const registration of this.#registry.registrations()) deadline = Math.min(deadline, registration.deadline());
    return deadline;
  }

  /** Returns the registrations whose names are to be probed for now. */
  #advanceProbes(now: number): readonly Registration[] {
    const probing: Registration[] = [];
    const step = (registration: Registration, claimed?: ResponderEvent): void => {
      const done = registration.probe.advance(now);
      if (done === 'send') probing.push(registration);
      if (done !== 'claimed') return;
      this.#registry.invalidate();
      if (claimed !== undefined) this.#events.push(claimed);
    };
    for (const { registration } of this.#registry.hosts) step(registration, { kind: 'host-claimed' });
    for (const { registration } of this.#registry.aliases.values()) step(registration);
    for (const [id, { registration }] of this.#registry.services) step(registration, { kind: 'claimed', id });
    return probing;
  }

  /** Begins the announcements that nothing stands in the way of any more, and queues what is due. */
  #advanceAnnouncements(now: number): void {
    for (const host of this.#registry.hosts) {
      const { isClaimed, announcement, all } = host.registration;
      if (!isClaimed || (announcement.kind === 'idle' && this.#registry.isHostToWait(host))) continue;
      this.#announceDue(host.registration, all, now);
      for (const [id, service] of this.#registry.servicesOf(host)) {
        if (!this.#registry.isTold(service)) continue;
        const { registration, options } = service;
        const isNew = this.#announceDue(registration, [...registration.all, pointToType(options)], now);
        if (isNew) this.#events.push({ kind: 'announced', id });
      }
    }
    for (const [id, { registration, isWanted }] of this.#registry.aliases) {
      if (!isWanted || !registration.isClaimed) continue;
      if (this.#announceDue(registration, registration.all, now)) this.#events.push({ kind: 'alias-announced', id });
    }
  }

  /** True when the records go on the air with this. */
  #announceDue(registration: Registration, sets: readonly OwnSet[], now: number): boolean {
    const { announcement } = registration;
    const isNew = registration.onAir !== 'yes';
    if (announcement.kind === 'idle')
      announcement.start(
        sets.map(({ key }) => key),
        now,
      );
    const due = announcement.advance(now);
    if (due === undefined) return false;
    for (const key of due) this.#queue.schedule(key, now, 'now');
    registration.onAir = 'yes';
    return isNew;
  }

  /** Somebody else uses a name of ours. RFC 6762 9: what was ours is probed for again, and the answer to that decides. */
  #contest(registration: Registration, now: number): void {
    this.#changedAt = now;
    this.#conflicts.note(now);
    this.#silence(registration);
    // What the others have in their caches is the other's from now on, or will be announced again.
    if (registration.onAir === 'yes') registration.onAir = 'disputed';
    if (registration.isClaimed) {
      registration.contests += 1;
      registration.probe.restart(this.#drawStart(now));
    } else if (registration.probe.lose()) this.#events.push(this.#reportLoss(registration));
    const host = this.#registry.findHost(registration);
    if (host === undefined) return;
    for (const [, service] of this.#registry.servicesOf(host)) service.registration.announcement.stop();
  }

  #reportLoss(lost: Registration): ResponderEvent {
    for (const [id, { registration }] of this.#registry.services) {
      if (registration === lost) return { kind: 'conflict', id };
    }
    for (const [id, { registration }] of this.#registry.aliases) {
      if (registration === lost) return { kind: 'alias-conflict', id };
    }
    return { kind: 'host-conflict', family: this.#registry.findHost(lost)?.family };
  }

  #describe(options: ServiceOptions): RegisteredSets {
    const { family } = options;
    const host = family === undefined ? undefined : this.#hostNames.get(family);
    return { claimed: describeService(options, host ?? this.#hostName), pointers: pointToService(options) };
  }

  /** Other data under the same name: announced if the old data was (RFC 6762 8.4); what is not announced is not missed. */
  #change(registration: Registration, sets: RegisteredSets, now: number): void {
    const { changed, vanished } = registration.replace(sets, now);
    if (changed.length + vanished.length === 0) return;
    this.#registry.invalidate();
    this.#queue.forget(vanished.map(({ key }) => key));
    if (registration.onAir === 'yes') this.#farewells.say(vanished);
    if (registration.admitChange(now)) this.#queue.renew(changed.map(({ key }) => key));
    if (registration.announcement.kind === 'idle') return;
    registration.announcement.start(
      changed.map(({ key }) => key),
      now,
    );
  }

  /** RFC 6762 10.1: for what others may have in their caches, and for nothing that is not ours alone. */
  #sayGoodbye(registration: Registration): void {
    this.#silence(registration);
    this.#farewells.say(registration.farewell);
    registration.onAir = 'no';
  }

  #silence(registration: Registration): void {
    registration.announcement.stop();
    this.#queue.forget(registration.all.map(({ key }) => key));
    this.#registry.invalidate();
  }

  /** When to probe first: with a claim that is about to begin, so that one packet does, or after a random delay (RFC 6762 8.1). */
  #drawStart(now: number): number {
    const pauseMs = this.#conflicts.pauseMs(now);
    if (pauseMs > 0) return now + pauseMs;
    for (const { probe } of this.#registry.registrations()) {
      const { state } = probe;
      if (state.kind === 'waiting' && state.until >= now && state.until <= now + MAX_PROBE_DELAY_MS) return state.until;
    }
    return now + this.#random() * MAX_PROBE_DELAY_MS;
  }
}
