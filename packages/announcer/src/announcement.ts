import { isDeepStrictEqual } from 'node:util';
import { type PublicationEvent, txtToJson } from '@mdns-ambassador/mdns';
import type { Mesh } from '@mdns-ambassador/mesh';
import { type Clock, type DrainOutcome, type Prologue, RelayError, sendHeaderPrologue } from '@mdns-ambassador/relay';
import type { AnnouncementOptions, AnnouncerEvent } from './announcement-options.ts';
import type { AnnouncementStatus } from './announcement-status.ts';
import { AnnouncerError } from './announcer-error.ts';
import type { SpawnCommand } from './command-process.ts';
import { Entrance } from './entrance.ts';
import type { Publisher } from './held-publication.ts';
import type { Host } from './host.ts';
import { deriveInstanceId } from './instance-id.ts';
import { listDialableAddresses } from './local-targets.ts';
import { OnDemandService } from './on-demand/on-demand-service.ts';
import { pause } from './pause.ts';
import { describePublication, describeRelaying } from './publication-facts.ts';
import { ServiceNotice } from './service-notice.ts';
import { type Observation, ServiceWatch } from './service-watch.ts';

/** `st=drain` leaves as a packet of its own before the goodbye follows. */
const DRAIN_NOTICE_MS = 250;
/** A goodbye is said again a second after it was said first, since multicasts get lost; who hears that one has time to act on it. */
const HEARD_MS = 1_250;
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
  /** Stands for this machine: its services keep their TXT `id` while this is the same. */
  readonly identity: string;
  readonly host: Host;
  /** What runs on each relayed pair before bytes flow; default nothing. */
  readonly prologues?: readonly Prologue[];
  /** What runs for this service after those; default nothing. */
  readonly injection?: (announcement: AnnouncementOptions) => readonly Prologue[];
  /** Starts the commands of services on demand; needed for those alone. */
  readonly spawn?: SpawnCommand;
  /** With it only members reach what is announced, and what is announced is signed. */
  readonly mesh?: Mesh;
  readonly onEvent: (event: AnnouncerEvent) => void;
}

export interface DrainOptions {
  /** How long connections are still accepted after the goodbye was sent, in milliseconds; never less than it takes to be heard. */
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
  /** `since`: when, by the clock. */
  | { readonly kind: 'withdrawn'; readonly since: number }
  | { readonly kind: 'refused' }
  | { readonly kind: 'draining' }
  | { readonly kind: 'closed' };

/** One service on the LAN: its name claimed at once, announced while its check passes. */
export class Announcement {
  readonly #context: AnnouncementContext;
  #options: AnnouncementOptions;
  /** In a mesh: what was asked for. */
  readonly #withheldAlias: string | undefined;
  /** Names of the interfaces that were told last. */
  #announcedOn: readonly string[] = [];
  /** Of what answers now. */
  #toldAlias: string | undefined;
  /** Interfaces on which the service is reached; undefined: all. */
  #reachedOn: readonly string[] | undefined;
  /** Ends the waits of a drain. */
  readonly #closing: AbortController = new AbortController();
  #state: AnnouncementState = { kind: 'new' };
  /** What is shown of the state, and since when, in milliseconds since 1970. */
  #shown: { readonly state: AnnouncementStatus['state']; readonly since: number };
  /** Why the last look failed. */
  #reason: string | undefined;
  /** Why those who come to the service may be turned away. */
  #doubt: string | undefined;
  readonly #watch: ServiceWatch;
  readonly #entrance: Entrance;
  readonly #notice: ServiceNotice;
  readonly #onDemand: OnDemandService | undefined;
  #drained: Promise<DrainOutcome> | undefined;
  #closed: Promise<void> | undefined;

  /** Throws an AnnouncerError when an option is out of bounds. */
  constructor(options: AnnouncementOptions, context: AnnouncementContext) {
    this.#context = context;
    this.#shown = { state: 'withdrawn', since: context.clock.wallClock() };
    this.#options = this.#complete(options);
    this.#withheldAlias = context.mesh === undefined ? undefined : options.alias;
    const { clock, random, host, mesh, publisher, prologues = [], injection } = context;
    this.#onDemand = this.#createOnDemand();
    this.#watch = new ServiceWatch({
      clock,
      random,
      host,
      options: () => this.#options,
      takeIn: (observation) => this.#takeIn(observation),
    });
    this.#entrance = new Entrance({
      clock,
      host,
      options: () => this.#options,
      found: () => this.#watch.found,
      prologues: () => [
        ...(this.#options.sendProxy === true ? [sendHeaderPrologue] : []),
        ...prologues,
        ...(injection?.(this.#options) ?? []),
      ],
      isServiceUp: () => this.#watch.isAlive(),
      hold: this.#onDemand?.hold.bind(this.#onDemand),
      isWanted: () => this.#state.kind === 'waiting',
      onEvent: (event) => this.#tell(event),
    });
    this.#notice = new ServiceNotice({
      clock,
      publisher,
      mesh,
      // The service keeps its id over all its starts.
      id: deriveInstanceId(context.identity, options),
      options: () => this.#options,
      entrancePort: () => this.#entrance.port,
      isLeaving: () => this.#state.kind === 'draining' || this.#state.kind === 'withdrawn',
      onEvent: (event) => this.#tellPublication(event),
    });
    // Last: nothing is taken where an option is refused.
    this.#entrance.reserve();
  }

  /**
   * Claims the name and takes the first look. Rejects when the door of a mesh can't listen, and with a MeshError when the mesh key is a
   * token for something else. Idempotent.
   */
  async start(): Promise<void> {
    if (this.#state.kind !== 'new') return;
    this.#become({ kind: 'waiting', told: new Set() });
    if (this.#withheldAlias !== undefined) {
      this.#tell({ kind: 'alias-withheld', service: this.#options.service, alias: `${this.#withheldAlias}.local` });
    }
    await this.#begin();
  }

  /**
   * Goes on with other options, without a goodbye (RFC 6762 8.4). What others hear is updated at once; where the service is to be
   * looked for elsewhere or in another way, as soon as it is up there. False, with nothing changed, where these options take an
   * announcement of their own: another name, type or way to be reached; or when this one is not at work. Throws an AnnouncerError when
   * an option is out of bounds.
   */
  change(wanted: AnnouncementOptions): boolean {
    const options = this.#complete(wanted);
    if (!isAtWork(this.#state) || !isSameIdentity(this.#options, options)) return false;
    const service = this.#notice.describe(options);
    const isSameLook = isDeepStrictEqual(describeLook(this.#options), describeLook(options));
    this.#options = options;
    if (isSameLook) {
      // After an earlier change of the place, the LAN is told when the service is found there.
      if (!this.#watch.isElsewhere) this.#notice.change(service, this.#state.kind === 'withdrawn');
      return true;
    }
    this.#watch.change();
    if (this.#notice.isClaimed) this.#watch.start();
    return true;
  }

  status(): AnnouncementStatus {
    const { host } = this.#context;
    const { name, announcedOn, peers, service, host: target, alias } = this.#notice;
    const { traffic } = this.#entrance;
    this.#noteShown();
    const where = announcedOn.length > 0 || peers === 0 ? announcedOn : this.#reachedOn;
    const interfaces = host.interfaces().filter(({ name }) => where?.includes(name) !== false);
    return {
      service: this.#options.service,
      instance: name,
      type: service.type,
      host: target,
      ...(alias === undefined ? {} : { alias }),
      port: service.port,
      addresses: listDialableAddresses(interfaces, host.platform, service.family),
      txt: txtToJson(this.#notice.describeTxt(this.#state.kind === 'draining')),
      priority: this.#options.priority,
      weight: this.#options.weight,
      secure: this.#context.mesh !== undefined,
      source: this.#context.source ?? 'mdns',
      state: this.#describeState(),
      since: new Date(this.#shown.since).toISOString(),
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
      ...(traffic === undefined ? {} : { traffic }),
    };
  }

  /**
   * Leaves in order: `st=drain`, goodbye, still accepting for `graceMs`, then no more, connections finish. Resolves when
   * all is over, and the service may end; one that was not announced has nobody to wait for. Idempotent: later calls get the first one's outcome.
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

  async #begin(): Promise<void> {
    if (this.#context.mesh !== undefined) await this.#openDoor(this.#context.mesh);
    if (this.#state.kind !== 'waiting') return;
    this.#notice.claim();
    this.#watch.start();
  }

  async #runDrain({ graceMs, timeoutMs, onGoodbye }: DrainOptions): Promise<DrainOutcome> {
    const { clock } = this.#context;
    const wasAnnounced = this.#state.kind === 'announced';
    const wasHeardOf = wasAnnounced || (this.#state.kind === 'withdrawn' && clock.now() - this.#state.since < HEARD_MS);
    this.#watch.stop();
    this.#become({ kind: 'draining' });
    if (wasAnnounced) {
      this.#tell({ kind: 'draining', service: this.#options.service, connections: this.#entrance.connections });
      this.#notice.leave();
      await pause(clock, DRAIN_NOTICE_MS, this.#closing.signal);
    }
    await this.#notice.close();
    onGoodbye?.();
    if (wasHeardOf) await pause(clock, Math.max(graceMs, HEARD_MS), this.#closing.signal);
    const outcome = await this.#entrance.drain(this.#closing.signal.aborted ? 0 : timeoutMs);
    await this.#onDemand?.close();
    this.#giveUpPlaces();
    this.#become({ kind: 'closed' });
    return outcome ?? NOTHING_CARRIED;
  }

  async #runClose(): Promise<void> {
    this.#watch.stop();
    this.#closing.abort();
    this.#become({ kind: 'closed' });
    await Promise.all([this.#notice.close(), this.#entrance.close(), this.#onDemand?.close(), this.#drained]);
    this.#giveUpPlaces();
  }

  async #openDoor(mesh: Mesh): Promise<void> {
    await this.#entrance.openDoor(mesh);
    if (this.#state.kind !== 'waiting') return;
    this.#notice.signFor(mesh);
    await this.#entrance.open();
  }

  /** Nothing is listened to any more. */
  #giveUpPlaces(): void {
    this.#entrance.giveUpPlaces();
    this.#notice.stopSigning();
  }

  /** With a mesh, relaying is the rule, and so it is for a service that is not always there. In a mesh there is no name for others. */
  #complete(options: AnnouncementOptions): AnnouncementOptions {
    const { alias: _, ...nameless } = options;
    if (this.#context.mesh !== undefined) return { ...nameless, relay: true };
    return options.onDemand === undefined ? options : { ...options, relay: true };
  }

  #createOnDemand(): OnDemandService | undefined {
    const { clock, spawn } = this.#context;
    const { onDemand, service } = this.#options;
    if (onDemand === undefined) return undefined;
    if (spawn === undefined)
      throw new AnnouncerError('INVALID_OPTION', `${service}: nothing can start "${onDemand.command}"`);
    return new OnDemandService({
      ...onDemand,
      clock,
      spawn,
      isUp: (signal) => this.#watch.found.isUp(signal),
      onEvent: (event) => this.#tell({ kind: 'on-demand', service, ...event }),
    });
  }

  /** Whether the service is to be looked at again. */
  async #takeIn(observation: Observation): Promise<boolean> {
    const { finding, isUp } = observation;
    switch (finding.kind) {
      case 'up':
        if (isUp) {
          this.#tellDoubt(finding.doubt);
          if (!(await this.#announce(finding.interfaces))) return true;
        }
        return this.#options.check.kind !== 'none';
      case 'down':
        await this.#takeInFailure(finding.reason, observation);
        return true;
      case 'unreachable':
        if (this.#state.kind !== 'waiting') await this.#takeInFailure(finding.reason, observation);
        return true;
      case 'refused':
        // What has been announced once is not given up: the interfaces may have changed and change back.
        if (this.#state.kind === 'waiting') {
          await this.#refuse(finding.error);
          return false;
        }
        await this.#takeInFailure(finding.error.message, observation);
        return true;
      default:
        return finding satisfies never;
    }
  }

  /** Lets clients in before it is announced. False where it can't: it is to be tried again. */
  async #announce(interfaces: readonly string[] | undefined): Promise<boolean> {
    if (this.#watch.isElsewhere) this.#watch.follow();
    if (this.#options.relay) {
      if (!(await this.#openEntrance())) return false;
      // Meanwhile it may have ended, or be looked for elsewhere.
      if (!isAtWork(this.#state) || this.#watch.isElsewhere) return true;
    }
    const wasWithdrawn = this.#state.kind === 'withdrawn';
    if (this.#state.kind === 'waiting' || this.#state.kind === 'withdrawn') {
      if (this.#options.check.kind !== 'none') this.#tell({ kind: 'check-passed', service: this.#options.service });
      this.#tellRelaying();
    }
    this.#reason = undefined;
    this.#become({ kind: 'announced' });
    const service = this.#notice.describe(this.#options);
    if (wasWithdrawn || !isDeepStrictEqual(service, this.#notice.service)) this.#notice.change(service, false);
    this.#reachedOn = interfaces;
    await this.#notice.announce(interfaces);
    return true;
  }

  /** False, with the reason told, where it can't listen. */
  async #openEntrance(): Promise<boolean> {
    try {
      await this.#entrance.open();
      return true;
    } catch (error) {
      if (!(error instanceof RelayError)) throw error;
      this.#tellWaiting(`nobody can be let in: ${error.message}`);
      return false;
    }
  }

  /** Each reason once in a row, and not without end. */
  #tellWaiting(reason: string): void {
    const { service } = this.#options;
    const isNew = reason !== this.#reason;
    this.#reason = reason;
    if (this.#state.kind === 'waiting') {
      if (this.#state.told.has(reason) || this.#state.told.size >= MAX_REASONS_TOLD) return;
      this.#become({ kind: 'waiting', told: new Set([...this.#state.told, reason]) });
    }
    if (isNew) this.#tell({ kind: 'waiting', service, reason });
  }

  /** Once, until it says something else. */
  #tellDoubt(doubt: string | undefined): void {
    if (doubt !== undefined && doubt !== this.#doubt) {
      const { service, relay } = this.#options;
      this.#tell({ kind: 'doubtful', service, reason: doubt, relays: relay });
    }
    this.#doubt = doubt;
  }

  /** A goodbye takes a second to be believed (RFC 6762 10.1): `st=drain` keeps new connections away meanwhile. */
  async #takeInFailure(reason: string, { wasUp, isUp }: Observation): Promise<void> {
    const { service } = this.#options;
    if (this.#state.kind === 'waiting') this.#tellWaiting(reason);
    this.#reason = reason;
    if (isUp) return;
    if (!wasUp || this.#state.kind === 'waiting') {
      await this.#entrance.rest();
      return;
    }
    const withdrawn: AnnouncementState = { kind: 'withdrawn', since: this.#context.clock.now() };
    this.#become(withdrawn);
    this.#tell({ kind: 'check-failed', service, reason });
    this.#notice.leave();
    // Who comes all the same is refused at once, and tries another or waits: accepted and reset, he would take that for the service's answer.
    await this.#entrance.rest();
    await pause(this.#context.clock, DRAIN_NOTICE_MS, this.#closing.signal);
    if (this.#state !== withdrawn) return;
    this.#notice.withdraw();
    this.#tell({ kind: 'withdrawn', service, instance: this.#notice.name, reason });
  }

  #become(state: AnnouncementState): void {
    this.#state = state;
    this.#noteShown();
  }

  #noteShown(): void {
    const state = this.#describeState();
    if (state !== this.#shown.state) this.#shown = { state, since: this.#context.clock.wallClock() };
  }

  async #refuse(error: AnnouncerError): Promise<void> {
    this.#become({ kind: 'refused' });
    this.#reason = error.message;
    this.#tell({ kind: 'refused', service: this.#options.service, error });
    await Promise.all([this.#notice.close(), this.#entrance.close()]);
    this.#giveUpPlaces();
  }

  #describeState(): AnnouncementStatus['state'] {
    switch (this.#state.kind) {
      case 'announced':
        return this.#notice.announcedOn.length > 0 || this.#notice.peers > 0 ? 'announced' : 'probing';
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
    const [target] = this.#watch.found.targets;
    const { port } = this.#entrance;
    if (port === undefined || target === undefined) return;
    this.#tell(describeRelaying(this.#options.service, this.#context.host, port, target));
  }

  #tellPublication(event: PublicationEvent): void {
    this.#noteShown();
    const told = describePublication(event, {
      options: this.#options,
      notice: this.#notice,
      host: this.#context.host,
      reachedOn: this.#reachedOn,
      announcedOn: this.#announcedOn,
    });
    if (event.kind === 'announced') this.#announcedOn = event.interfaces;
    if (event.kind === 'withdrawn') this.#toldAlias = undefined;
    if (told?.kind === 'alias-announced') {
      const alias = JSON.stringify(told);
      // It answers on more interfaces, and a browser opens what it did.
      if (alias === this.#toldAlias) return;
      this.#toldAlias = alias;
    }
    if (told !== undefined) this.#tell(told);
  }

  #tell(event: AnnouncerEvent): void {
    this.#context.onEvent(event);
  }
}

function isAtWork({ kind }: AnnouncementState): boolean {
  return kind === 'waiting' || kind === 'announced' || kind === 'withdrawn';
}

/** Whether what is claimed, and how it is reached, stays. */
function isSameIdentity(before: AnnouncementOptions, after: AnnouncementOptions): boolean {
  const { instance, type, svc, alias, relay, family } = before;
  if (!isDeepStrictEqual(after.onDemand, before.onDemand)) return false;
  const isSameName = after.instance === instance && after.type === type && after.svc === svc && after.alias === alias;
  return isSameName && after.relay === relay && after.family === family;
}

/** What a look depends on. */
function describeLook(options: AnnouncementOptions): readonly unknown[] {
  const { host, port, checkAt, check, checkIntervalMs, rise, fall, sendProxy = false } = options;
  return [host, port, checkAt, check, checkIntervalMs, rise, fall, sendProxy];
}
