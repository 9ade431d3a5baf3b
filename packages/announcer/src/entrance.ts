import { nameOf } from '@mdns-ambassador/mdns';
import { Door, fitLimits, type Member, type Mesh } from '@mdns-ambassador/mesh';
import {
  type Clock,
  type DrainOutcome,
  matchNetworks,
  type Prologue,
  type Share,
  type Target,
  TurnedAway,
} from '@mdns-ambassador/relay';
import { AnnouncedAddresses } from './announced-addresses.ts';
import type { AnnouncementOptions, AnnouncerEvent } from './announcement-options.ts';
import type { Host } from './host.ts';
import type { Ingress, IngressOptions } from './ingress.ts';
import { chooseIngressPort } from './ingress-listeners.ts';
import { IngressTally, type IngressTraffic } from './ingress-tally.ts';
import type { ServiceCheck } from './service-check.ts';

/** Between two words about one kind of what befalls a crowd. */
const CROWD_INTERVAL_MS = 10_000;
const NO_FRONTS: readonly string[] = [];

export interface EntranceOptions {
  readonly clock: Clock;
  readonly host: Host;
  /** The announcement's options now. */
  readonly options: () => AnnouncementOptions;
  /** Where the service was found up last. */
  readonly found: () => ServiceCheck;
  /** Run in order on each relayed pair before bytes flow. */
  readonly prologues: () => readonly Prologue[];
  readonly isServiceUp: () => Promise<boolean>;
  /** See {@link IngressOptions}. */
  readonly hold?: IngressOptions['hold'];
  /** Asked when the mesh was joined: false has it left at once. */
  readonly isWanted: () => boolean;
  readonly onEvent: (event: AnnouncerEvent) => void;
}

/** The port that the LAN connects to, if the announcement relays; in a mesh, with a door before it. */
export class Entrance {
  readonly #options: EntranceOptions;
  /** The service's part of the connections that the process may have open, where it relays. */
  #share: Share | undefined;
  readonly #tally = new IngressTally();
  readonly #turnedAway: TurnedAway;
  /** When something of a crowd was told last, by its kind. */
  readonly #toldAt = new Map<AnnouncerEvent['kind'], number>();
  #fronts = { ranges: NO_FRONTS, has: matchNetworks(NO_FRONTS) };
  #ingress: Ingress | undefined;
  #member: Member | undefined;
  #door: Door | undefined;

  constructor(options: EntranceOptions) {
    this.#options = options;
    this.#turnedAway = new TurnedAway(options.clock, (clients) =>
      options.onEvent({ kind: 'overload', service: options.options().service, clients }),
    );
  }

  /** The port that the LAN connects to; undefined where it does not relay. */
  get port(): number | undefined {
    const { relay, port } = this.#options.options();
    return relay ? (this.#ingress?.port ?? chooseIngressPort(port)) : undefined;
  }

  /** That it carries. */
  get connections(): number {
    return this.#ingress?.connections ?? 0;
  }

  /** Undefined where it does not relay: clients connect to the service itself, and nobody counts them. */
  get traffic(): IngressTraffic | undefined {
    return this.#options.options().relay ? this.#tally.view() : undefined;
  }

  /** Takes its share of the room. All of a process do before the first of them is reached. Called once. */
  reserve(): void {
    const { options, host } = this.#options;
    if (options().relay) this.#share = host.room.open();
  }

  /** Lets members alone in. To be called before `open`. Rejects with a MeshError when the mesh key is a token for something else. */
  async openDoor(mesh: Mesh): Promise<void> {
    const { clock, options, isWanted, onEvent } = this.#options;
    const member = await mesh.join('announce', nameOf(options()));
    if (!isWanted()) {
      member.close();
      return;
    }
    this.#member = member;
    this.#door = new Door({
      member,
      clock,
      limits: fitLimits(this.#share?.kept ?? 1),
      onEvent: (event) => {
        this.#tally.refuse('stranger');
        onEvent({ ...event, kind: 'stranger', service: options().service });
      },
    });
  }

  /** Accepts. No-op where it does, and after `drain` or `close`. Rejects with a RelayError when it can't listen. */
  async open(): Promise<void> {
    this.#ingress ??= this.#createIngress();
    await this.#ingress.listen();
  }

  /** Refuses connections until `open` is called, those that are carried go on. A door stays: it tells who comes that the service is down. */
  async rest(): Promise<void> {
    if (this.#door === undefined) await this.#ingress?.rest();
  }

  /** Accepts no more, lets connections finish for `timeoutMs`; undefined where there is nothing to come in by. */
  async drain(timeoutMs: number): Promise<DrainOutcome | undefined> {
    return await this.#ingress?.drain(timeoutMs);
  }

  async close(): Promise<void> {
    await this.#ingress?.close();
  }

  /** Nothing is listened to any more. */
  giveUpPlaces(): void {
    this.#turnedAway.close();
    this.#share?.close();
    this.#door?.close();
    this.#member?.close();
  }

  #createIngress(): Ingress {
    const { host, clock, found, prologues, isServiceUp, hold, options } = this.#options;
    const announced = new AnnouncedAddresses(() => host.interfaces(), clock);
    return host.createIngress({
      targets: (): readonly Target[] => found().targets,
      leadsBack: (target) => found().leadsBack(target),
      isAnnounced: (address) => announced.has(address),
      clock,
      prologues,
      isFront: (address) => this.#isFront(address),
      onRefused: (address, reason) =>
        this.#tellOfCrowd({ kind: 'stranger', service: options().service, address, reason }),
      places: host.room.places,
      tally: this.#tally,
      enter: () => this.#share?.enter(),
      onFull: () =>
        this.#tellOfCrowd({ kind: 'connections-full', service: options().service, limit: this.connections }),
      onOverload: () => this.#turnedAway.add(),
      preferredPort: chooseIngressPort(options().port),
      ...(this.#door === undefined ? {} : { door: this.#door }),
      isServiceUp,
      ...(hold === undefined ? {} : { hold }),
    });
  }

  #isFront(address: string): boolean {
    const { acceptProxy: ranges = NO_FRONTS } = this.#options.options();
    if (ranges !== this.#fronts.ranges) this.#fronts = { ranges, has: matchNetworks(ranges) };
    return this.#fronts.has(address);
  }

  /** Not for every one of them. */
  #tellOfCrowd(event: AnnouncerEvent): void {
    const { clock, onEvent } = this.#options;
    const now = clock.now();
    if (now - (this.#toldAt.get(event.kind) ?? Number.NEGATIVE_INFINITY) < CROWD_INTERVAL_MS) return;
    this.#toldAt.set(event.kind, now);
    onEvent(event);
  }
}
