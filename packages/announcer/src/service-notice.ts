import { nameOf, type PublicationEvent, type ServiceOptions, type Txt } from '@mdns-ambassador/mdns';
import type { Announced, Mesh } from '@mdns-ambassador/mesh';
import { type Clock, markRelayedPort } from '@mdns-ambassador/relay';
import type { AnnouncementOptions } from './announcement-options.ts';
import { buildAnnouncementTxt, refuseLongTxt } from './announcement-txt.ts';
import { HeldPublication, type Publisher } from './held-publication.ts';
import { isThisMachine } from './service-host.ts';
import { buildServiceOptions } from './service-options.ts';
import { Signature } from './signature.ts';

export interface NoticeOptions {
  readonly clock: Clock;
  readonly publisher: Publisher;
  /** TXT `id`. */
  readonly id: string;
  readonly mesh: Mesh | undefined;
  /** The announcement's options now. */
  readonly options: () => AnnouncementOptions;
  /** The port that the LAN dials where it is not the service's own. */
  readonly entrancePort: () => number | undefined;
  /** Whether new connections are to stay away. */
  readonly isLeaving: () => boolean;
  readonly onEvent: (event: PublicationEvent) => void;
}

/** What the LAN is told of a service, signed where there is a mesh, under the name that is held for it. */
export class ServiceNotice {
  readonly #options: NoticeOptions;
  #service: ServiceOptions;
  #publication: HeldPublication | undefined;
  #signature: Signature | undefined;

  /** Throws an AnnouncerError when an option is out of bounds. */
  constructor(options: NoticeOptions) {
    this.#options = options;
    this.#service = this.describe(options.options());
  }

  /** The service as it is published, under the name that was asked for. */
  get service(): ServiceOptions {
    return this.#service;
  }

  /** The name now, after conflicts. */
  get name(): string {
    return this.#publication?.name ?? this.#service.name;
  }

  /** The SRV target; empty until the name is claimed. */
  get host(): string {
    return this.#publication?.host ?? '';
  }

  /** One more name of the host, `web.local`; absent where there is none. */
  get alias(): string | undefined {
    return this.#publication?.alias;
  }

  /** Names of the interfaces where it is announced now. */
  get announcedOn(): readonly string[] {
    return this.#publication?.announcedOn ?? [];
  }

  /** Peers that are told of it, whether or not it is announced on an interface. */
  get peers(): number {
    return this.#publication?.peers ?? 0;
  }

  get isClaimed(): boolean {
    return this.#publication !== undefined;
  }

  /** From now on it is signed, and signed anew when that is due. */
  signFor(mesh: Mesh): void {
    this.#signature = new Signature(mesh, this.#options.clock, () => this.refresh());
  }

  /** Claims the name at once. */
  claim(): void {
    const { options, publisher, onEvent } = this.#options;
    if (options().relay) this.#service = this.describe(options());
    this.#publication = new HeldPublication(this.#service, publisher, (event) => {
      // The first of them may come while the publication is being made.
      if (this.#publication !== undefined) this.refresh();
      onEvent(event);
    });
    this.refresh();
  }

  /** The service as these options would publish it. Throws an AnnouncerError when one is out of bounds. */
  describe(options: AnnouncementOptions): ServiceOptions {
    const { entrancePort, mesh } = this.#options;
    const id = this.#computeId(options);
    const service = buildServiceOptions(options, { id, port: entrancePort() ?? options.port });
    refuseLongTxt({ id, svc: options.svc }, options.txt, mesh !== undefined);
    return service;
  }

  describeTxt(isLeaving: boolean): Txt {
    return this.#buildTxt(isLeaving, this.#signature?.compute(this.#describeAnnounced(isLeaving)));
  }

  async announce(interfaces: readonly string[] | undefined): Promise<void> {
    await this.#publication?.announce(interfaces);
  }

  /** Tells that new connections are to stay away. */
  leave(): void {
    this.#publishTxt(true);
  }

  /** Says goodbye and keeps the name. */
  withdraw(): void {
    this.#publication?.withdraw();
  }

  /** Tells what is described now. */
  change(service: ServiceOptions, isLeaving: boolean): void {
    const { subtypes = [], port, priority = 0, weight = 0, ttl } = service;
    this.#service = service;
    const txt = this.#signTxt(isLeaving);
    this.#publication?.update({ subtypes, port, priority, weight, ttl, txt });
  }

  /** Its name, its host's name or the hour may be others than when it was signed. */
  refresh(): void {
    const isLeaving = this.#options.isLeaving();
    if (this.#signature?.isStale(this.#describeAnnounced(isLeaving)) === true) this.#publishTxt(isLeaving);
  }

  /** Goodbye; nothing is announced after this. Idempotent. */
  async close(): Promise<void> {
    await this.#publication?.close();
  }

  stopSigning(): void {
    this.#signature?.close();
  }

  #publishTxt(isLeaving: boolean): void {
    this.#publication?.update({ txt: this.#signTxt(isLeaving) });
  }

  #signTxt(isLeaving: boolean): Txt {
    return this.#buildTxt(isLeaving, this.#signature?.sign(this.#describeAnnounced(isLeaving)));
  }

  #buildTxt(isLeaving: boolean, signature: ReturnType<Signature['sign']> | undefined): Txt {
    const options = this.#options.options();
    const { svc, txt } = options;
    return buildAnnouncementTxt({ id: this.#computeId(options), svc }, txt, isLeaving, signature);
  }

  /** Tells a proxy on this machine that its port is relayed to. */
  #computeId({ relay, host, port, checkAt }: AnnouncementOptions): string {
    const { id } = this.#options;
    return relay && checkAt === undefined && isThisMachine(host) ? markRelayedPort(id, port) : id;
  }

  #describeAnnounced(draining: boolean): Announced {
    const { name, host } = this;
    return {
      service: nameOf(this.#options.options()),
      instance: name,
      host,
      port: this.#service.port,
      draining,
    };
  }
}
