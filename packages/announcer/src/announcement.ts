import { computeLookDelayMs, computeLookTimeoutMs, LookLoop } from '@mdns-ambassador/checks';
import type { Clock, PublicationEvent, ServiceOptions } from '@mdns-ambassador/mdns';
import { type DrainOutcome, formatTarget, type Prologue } from '@mdns-ambassador/relay';
import { AnnouncedAddresses } from './announced-addresses.ts';
import type { AnnouncementOptions, AnnouncerEvent } from './announcement-options.ts';
import { type AnnouncementStatus, describeTxt } from './announcement-status.ts';
import { buildAnnouncementTxt } from './announcement-txt.ts';
import type { AnnouncerError } from './announcer-error.ts';
import { type Health, INITIAL_HEALTH, observeOutcome } from './health.ts';
import { HeldPublication, type Publisher } from './held-publication.ts';
import type { Host } from './host.ts';
import type { Ingress } from './ingress.ts';
import { createInstanceId } from './instance-id.ts';
import { listDialableAddresses } from './local-targets.ts';
import { type Finding, Lookout } from './lookout.ts';
import { pause } from './pause.ts';
import { buildServiceOptions } from './service-options.ts';

/** `st=drain` leaves as a packet of its own before the goodbye follows. */
const DRAIN_NOTICE_MS = 250;
/** While a service is waited for, so many different reasons are told; then silence until it is up. */
const MAX_REASONS_TOLD = 8;
const NOTHING_CARRIED: DrainOutcome = { finished: 0, reset: 0 };

/** What announcements work with. */
export interface AnnouncementContext {
  /** A started node; it stays the caller's to close. */
  readonly publisher: Publisher;
  /** Where it is announced, as the status shows it; default `mdns`. */
  readonly source?: string;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly host: Host;
  /** What runs on each relayed pair before bytes flow; default nothing. */
  readonly prologues?: readonly Prologue[];
  readonly onEvent: (event: AnnouncerEvent) => void;
}

export interface DrainOptions {
  /** How long connections are still accepted after the goodbye, in milliseconds. */
  readonly graceMs: number;
  /** Called when the goodbye is said: from now on another can have the name. */
  readonly onGoodbye?: () => void;
  /** How long relayed connections may then take to finish, in milliseconds. */
  readonly timeoutMs: number;
}

type AnnouncementState =
  | { readonly kind: 'new' }
  /** The name is claimed; the check has not passed yet. `told`: the reasons that were told. */
  | { readonly kind: 'waiting'; readonly told: ReadonlySet<string> }
  | { readonly kind: 'announced' }
  | { readonly kind: 'withdrawn' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'draining' }
  | { readonly kind: 'closed' };

/** One service on the LAN: its name claimed at once, announced while its check passes. */
export class Announcement {
  readonly #options: AnnouncementOptions;
  readonly #context: AnnouncementContext;
  readonly #id: string;
  readonly #lookout: Lookout;
  readonly #loop: LookLoop<Finding>;
  /** Ends the waits of a drain. */
  readonly #closing: AbortController = new AbortController();
  #state: AnnouncementState = { kind: 'new' };
  #health: Health = INITIAL_HEALTH;
  #service: ServiceOptions;
  #publication: HeldPublication | undefined;
  #ingress: Ingress | undefined;
  #drained: Promise<DrainOutcome> | undefined;
  #closed: Promise<void> | undefined;

  /** Throws an AnnouncerError when an option is out of bounds. */
  constructor(options: AnnouncementOptions, context: AnnouncementContext) {
    this.#options = options;
    this.#context = context;
    this.#id = createInstanceId(context.random);
    this.#service = buildServiceOptions(options, { id: this.#id, port: options.port });
    this.#lookout = new Lookout(options, context.host);
    this.#loop = new LookLoop({
      clock: context.clock,
      timeoutMs: computeLookTimeoutMs(options.checkIntervalMs),
      look: (signal) => this.#lookout.look(signal),
      takeIn: (finding) => this.#takeIn(finding),
    });
  }

  /** Claims the name and takes the first look. Rejects when the ingress can't listen. Idempotent. */
  async start(): Promise<void> {
    if (this.#state.kind !== 'new') return;
    this.#state = { kind: 'waiting', told: new Set() };
    if (this.#options.relay) await this.#openIngress();
    if (this.#state.kind !== 'waiting') return;
    this.#publication = new HeldPublication(this.#service, this.#context.publisher, (event) =>
      this.#tellPublication(event),
    );
    this.#loop.start();
  }

  status(): AnnouncementStatus {
    const { host } = this.#context;
    const publication = this.#publication;
    const announcedOn = publication?.announcedOn ?? [];
    const interfaces = host.interfaces().filter(({ name }) => announcedOn.includes(name));
    return {
      service: this.#options.service,
      instance: publication?.name ?? this.#service.name,
      type: this.#service.type,
      host: publication?.host ?? '',
      port: this.#service.port,
      addresses: listDialableAddresses(interfaces, host.platform),
      txt: describeTxt(buildAnnouncementTxt(this.#id, this.#options.txt, this.#state.kind === 'draining')),
      priority: this.#options.priority,
      weight: this.#options.weight,
      secure: false,
      source: this.#context.source ?? 'mdns',
      state: this.#describeState(),
    };
  }

  /**
   * Leaves in order: `st=drain`, goodbye, still accepting for `graceMs`, then no more, connections finish. Resolves when
   * all is over; a service that was not announced has nobody to wait for. Idempotent: later calls get the first one's outcome.
   */
  drain(options: DrainOptions): Promise<DrainOutcome> {
    this.#drained ??= this.#closed === undefined ? this.#runDrain(options) : this.#closed.then(() => NOTHING_CARRIED);
    return this.#drained;
  }

  /** Goodbye and end at once, also in the midst of a drain. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#runClose();
    return this.#closed;
  }

  async #runDrain({ graceMs, timeoutMs, onGoodbye }: DrainOptions): Promise<DrainOutcome> {
    const wasAnnounced = this.#state.kind === 'announced';
    const { clock } = this.#context;
    this.#loop.stop();
    this.#state = { kind: 'draining' };
    if (wasAnnounced) {
      this.#tell({ kind: 'draining', service: this.#options.service, connections: this.#ingress?.connections ?? 0 });
      this.#publication?.updateTxt(buildAnnouncementTxt(this.#id, this.#options.txt, true));
      await pause(clock, DRAIN_NOTICE_MS, this.#closing.signal);
    }
    await this.#publication?.close();
    onGoodbye?.();
    if (wasAnnounced) await pause(clock, graceMs, this.#closing.signal);
    const outcome = await this.#ingress?.drain(this.#closing.signal.aborted ? 0 : timeoutMs);
    this.#state = { kind: 'closed' };
    return outcome ?? NOTHING_CARRIED;
  }

  async #runClose(): Promise<void> {
    this.#loop.stop();
    this.#closing.abort();
    this.#state = { kind: 'closed' };
    await Promise.all([this.#publication?.close(), this.#ingress?.close(), this.#drained]);
  }

  async #openIngress(): Promise<void> {
    const { host, clock, prologues = [] } = this.#context;
    const announced = new AnnouncedAddresses(() => host.interfaces(), clock);
    const ingress = await host.openIngress({
      targets: () => this.#lookout.targets,
      isAnnounced: (address) => announced.has(address),
      prologues,
      maxConnections: host.maxConnections,
    });
    if (this.#state.kind !== 'waiting') return ingress.close();
    this.#ingress = ingress;
    this.#service = buildServiceOptions(this.#options, { id: this.#id, port: ingress.port });
  }

  async #takeIn(finding: Finding): Promise<number | undefined> {
    const wasUp = this.#health.isUp;
    const thresholds = this.#options;
    this.#health = observeOutcome(this.#health, finding.kind === 'up', thresholds);
    switch (finding.kind) {
      case 'up':
        if (this.#health.isUp) await this.#announce(finding.interfaces);
        if (this.#options.check.kind === 'none') return undefined;
        break;
      case 'down':
        await this.#takeInFailure(finding.reason, wasUp);
        break;
      case 'refused':
        // What has been announced once is not given up: the interfaces may have changed and change back.
        if (this.#state.kind === 'waiting') return this.#refuse(finding.error);
        await this.#takeInFailure(finding.error.message, wasUp);
        break;
      default:
        finding satisfies never;
    }
    return computeLookDelayMs(this.#health.isUp, this.#options.checkIntervalMs, this.#context.random());
  }

  async #announce(interfaces: readonly string[] | undefined): Promise<void> {
    if (this.#state.kind === 'withdrawn') {
      this.#publication?.updateTxt(buildAnnouncementTxt(this.#id, this.#options.txt, false));
    }
    if (this.#state.kind === 'waiting' || this.#state.kind === 'withdrawn') {
      if (this.#options.check.kind !== 'none') this.#tell({ kind: 'check-passed', service: this.#options.service });
      this.#tellRelaying();
    }
    this.#state = { kind: 'announced' };
    await this.#publication?.announce(interfaces);
  }

  /** A goodbye takes a second to be believed (RFC 6762 10.1): `st=drain` keeps new connections away meanwhile. */
  async #takeInFailure(reason: string, wasUp: boolean): Promise<void> {
    const { service } = this.#options;
    if (this.#state.kind === 'waiting') {
      if (this.#state.told.has(reason) || this.#state.told.size >= MAX_REASONS_TOLD) return;
      this.#state = { kind: 'waiting', told: new Set([...this.#state.told, reason]) };
      this.#tell({ kind: 'waiting', service, reason });
    }
    if (!wasUp || this.#health.isUp) return;
    this.#state = { kind: 'withdrawn' };
    this.#tell({ kind: 'check-failed', service, reason });
    this.#publication?.updateTxt(buildAnnouncementTxt(this.#id, this.#options.txt, true));
    await pause(this.#context.clock, DRAIN_NOTICE_MS, this.#closing.signal);
    if (this.#state.kind !== 'withdrawn') return;
    this.#publication?.withdraw();
    this.#tell({ kind: 'withdrawn', service, instance: this.#publication?.name ?? this.#service.name, reason });
  }

  async #refuse(error: AnnouncerError): Promise<undefined> {
    this.#state = { kind: 'refused' };
    this.#tell({ kind: 'refused', service: this.#options.service, error });
    await Promise.all([this.#publication?.close(), this.#ingress?.close()]);
  }

  #describeState(): AnnouncementStatus['state'] {
    switch (this.#state.kind) {
      case 'announced':
        return this.#publication?.announcedOn.length ? 'announced' : 'probing';
      case 'draining':
        return 'draining';
      case 'new':
      case 'waiting':
      case 'withdrawn':
      case 'refused':
      case 'closed':
        return 'withdrawn';
      default:
        return this.#state satisfies never;
    }
  }

  #tellRelaying(): void {
    const { host } = this.#context;
    const [target] = this.#lookout.targets;
    if (this.#ingress === undefined || target === undefined) return;
    const { port } = this.#ingress;
    const addresses = listDialableAddresses(host.interfaces(), host.platform);
    const from = addresses.map((address) => formatTarget({ kind: 'tcp', address, port }));
    this.#tell({ kind: 'relaying', service: this.#options.service, from, to: formatTarget(target) });
  }

  #tellPublication(event: PublicationEvent): void {
    const { service, type } = this.#options;
    switch (event.kind) {
      case 'announced':
        if (event.interfaces.length === 0) {
          this.#tell({ kind: 'withdrawn', service, instance: event.name, reason: 'no network interface is up' });
          break;
        }
        this.#tell({
          kind: 'announced',
          service,
          instance: event.name,
          type,
          host: this.#publication?.host ?? '',
          port: this.#service.port,
          interfaces: event.interfaces,
        });
        break;
      case 'renamed':
        this.#tell({ kind: 'renamed', service, from: event.from, to: event.to });
        break;
      case 'withdrawn':
        // It follows from what was told here, with its reason.
        break;
      default:
        event satisfies never;
    }
  }

  #tell(event: AnnouncerEvent): void {
    this.#context.onEvent(event);
  }
}
