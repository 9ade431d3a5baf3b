import { hostname } from 'node:os';
import type { LanSurroundings, ShownIdentity, Snapshot } from '@mdns-ambassador/admin';
import { SEEN_EVENTS } from '@mdns-ambassador/admin/seen-events';
import { DialBudget, LoopLag, OwnLinks, type ServiceStatus } from '@mdns-ambassador/ambassador';
import type { DrainOptions } from '@mdns-ambassador/announcer';
import { systemClock } from '@mdns-ambassador/mdns';
import type { Mesh } from '@mdns-ambassador/mesh';
import { type DrainOutcome, drawId, KeptListeners, KeptSockets } from '@mdns-ambassador/relay';
import { EXIT_OK } from '../exit/exit-codes.ts';
import { deriveShownId, drawAlike } from '../machine/identity.ts';
import { readMachineIdentity } from '../machine/machine-identity.ts';
import { createLocalNetwork, type LocalNetwork, readInterfaceNames, startNode } from '../network/local-network.ts';
import { tellLook } from '../network/look-beacon.ts';
import { createMesh } from '../network/mesh.ts';
import { Registries } from '../network/registries.ts';
import { listAddresses } from '../network/served-addresses.ts';
import { createConnectionLog } from '../output/connection-log.ts';
import { tellFault } from '../output/fault-lines.ts';
import { createLocalNetworkHint } from '../output/local-network-hint.ts';
import type { Log } from '../output/log.ts';
import { tellMode, tellNodeEvent, tellStart } from '../output/network-lines.ts';
import { describePeerEvent } from '../output/peer-lines.ts';
import { createReporter, type Reporter, toFact } from '../output/reporter.ts';
import { openLog } from '../process/log-options.ts';
import { createNotify } from '../process/notify.ts';
import { findRuntime } from '../process/runtime-folder.ts';
import { tellStopping, waitForAbort } from '../process/stopping.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { type MeshRequest, readMode } from '../requests/mesh-request.ts';
import { readPeerRequest } from '../requests/peer-request.ts';
import {
  needsMdns,
  type PlacedService,
  type Plan,
  type PlannedContainers,
  type PlannedFeed,
  type PlannedNames,
  type PlannedProxy,
} from '../requests/plan.ts';
import type { Settings } from '../settings/settings.ts';
import { AdminService } from './admin.ts';
import type { AnnouncementPart } from './announcement-part.ts';
import { measureRoom } from './announcer-host.ts';
import type { ChosenPublishers } from './chosen-publishers.ts';
import type { ContainersPart } from './containers-part.ts';
import type { DnsPart } from './dns-part.ts';
import type { FeedPart } from './feed-part.ts';
import { Injections } from './injections.ts';
import { followInvitations } from './invitations.ts';
import { followKeyFile } from './key-file.ts';
import { Lifecycle } from './lifecycle.ts';
import { followMembership } from './membership.ts';
import { isNamedBy } from './named-proxy.ts';
import { findOwnRemoval, followNotices } from './notices.ts';
import type { PartContext } from './part-context.ts';
import { PartSet, type PartsChange, sumChanges } from './part-set.ts';
import { createCheckTools } from './proxied.ts';
import type { ProxyPart } from './proxy-part.ts';
import type { Refusals } from './refusals.ts';

export interface DaemonOptions {
  /** What it runs for, as status shows it: `announce`. */
  readonly command: string;
  /** Those of the whole process. */
  readonly settings: Settings;
  readonly surroundings: Surroundings;
  /** Undefined: open mode. */
  readonly mesh: MeshRequest | undefined;
  /** What it begins with. */
  readonly plan: Plan;
  /** What tells its host on the network from those of other processes, alike at each start; undefined: random numbers. */
  readonly label?: readonly string[] | undefined;
  /** Its lines stand among those of another program: who of the mesh is linked is not among them. */
  readonly isBeside?: boolean;
  /** Sockets that listen already, for the first plan. Default: none do. */
  readonly listeners?: KeptListeners | undefined;
  /** What is said when it stops: `saying goodbye`. */
  readonly farewell: string;
  /** It ends when they are all; undefined: what is refused is told, and the rest goes on. */
  readonly refusals?: Refusals | undefined;
}

/** What is looked after while the daemon runs. */
export interface Follower {
  /** Nothing changes the plan after it has resolved. Idempotent. */
  close(): Promise<void>;
}

/** What a program has of the daemon that runs beside it: it is announced by this, or finds services here. */
export interface ProgramSide {
  /** Starts the plan. */
  start(): Promise<void>;
  /** How the services stand that are proxied. */
  proxied(): readonly ServiceStatus[];
  drain(options: DrainOptions): Promise<DrainOutcome>;
  close(): Promise<void>;
}

/** One process that runs on: it brings a plan about, changes it, and leaves without losing a connection. */
export class Daemon {
  readonly log: Log;
  readonly reporter: Reporter;
  readonly lifecycle: Lifecycle;
  readonly #options: DaemonOptions;
  readonly #processId = drawId(Math.random);
  readonly #admin: AdminService;
  readonly #local: LocalNetwork;
  readonly #mesh: Mesh | undefined;
  readonly #injections: Injections;
  readonly #listeners: KeptListeners;
  readonly #sockets = new KeptSockets();
  readonly #announced: PartSet<PlacedService, AnnouncementPart>;
  readonly #proxied: PartSet<PlannedProxy, ProxyPart>;
  readonly #contained: PartSet<PlannedContainers, ContainersPart>;
  readonly #fed: PartSet<PlannedFeed, FeedPart>;
  readonly #named: PartSet<PlannedNames, DnsPart>;
  #publishers: ChosenPublishers | undefined;
  #identity: string | undefined;
  #lag: LoopLag | undefined;
  #isNodeStarted = false;
  #unfollow: readonly (() => void)[] = [];

  /** Nothing runs yet. Rejects with a CliError where an option is wrong, or what the plan needs can't be had. */
  static async open(options: DaemonOptions): Promise<Daemon> {
    const { settings, surroundings, plan, command } = options;
    const { version, pid, platform } = surroundings;
    const log = openLog(settings, surroundings);
    const lifecycle = new Lifecycle(createNotify({ env: surroundings.env, log }));
    const admin = new AdminService({
      settings,
      surroundings,
      process: { version, pid, command, platform, hostName: hostname() },
      snapshot: () => daemon.#look(),
      lan: () => daemon.#createSurroundings(),
    });
    const daemon: Daemon = new Daemon(options, log, lifecycle, admin);
    try {
      await daemon.#prepare(plan);
    } catch (error) {
      await daemon.#close();
      throw error;
    }
    return daemon;
  }

  private constructor(options: DaemonOptions, log: Log, lifecycle: Lifecycle, admin: AdminService) {
    const { settings, surroundings, mesh, plan, label, refusals } = options;
    const { env, platform, stdout, logStream, faults } = surroundings;
    this.#options = options;
    this.#listeners = options.listeners ?? new KeptListeners();
    this.log = log;
    this.lifecycle = lifecycle;
    this.#admin = admin;
    const reporter = createReporter(stdout, log, settings.isSet('json'), (fact, line) => {
      admin.publish(fact, line);
      if (SEEN_EVENTS.includes(fact.event)) (this.#local.peers ?? this.#local.showing)?.change();
    });
    this.reporter = reporter;
    faults.survive((error, count) => tellFault(reporter, error, count));
    const drawLabel = label === undefined ? Math.random : drawAlike(this.#readIdentity(), ...label);
    this.#mesh = createMesh(mesh);
    this.#local = createLocalNetwork(
      readInterfaceNames(settings, platform),
      platform,
      (event) => {
        if (this.#isNodeStarted || event.kind === 'link-failed') tellNodeEvent(reporter, event, platform);
      },
      {
        drawLabel,
        withBridges: plan.agent.length > 0,
        peers: {
          request: readPeerRequest(settings),
          surroundings,
          mesh: this.#mesh,
          announces: plan.announce.length + plan.docker.length + plan.agent.length > 0,
          describe: () => this.#show(),
          onEvent: (event) => {
            const isOrdinary = event.kind === 'peer-linked' || event.kind === 'peer-lost';
            const line = options.isBeside === true && isOrdinary ? undefined : describePeerEvent(event);
            reporter.tell(line, toFact(event));
          },
        },
      },
    );
    this.#injections = new Injections(surroundings, reporter);
    const reportConnections = settings.isSet('log-connections');
    const registries = new Registries(surroundings, log);
    const context: PartContext = {
      local: this.#local,
      log,
      reporter,
      registries,
      surroundings,
      showUrl: (url) => {
        if (!settings.isSet('json') && stdout.isTerminal) {
          void import('../output/qr.ts').then(({ printQr }) => printQr(stdout, url));
        }
      },
      room: measureRoom(),
      mesh: this.#mesh,
      injections: this.#injections,
      listeners: this.#listeners,
      sockets: this.#sockets,
      meshKeyFile: mesh?.path,
      checkTools: createCheckTools(surroundings),
      identity: () => this.#readIdentity(),
      reportConnections,
      observers: {
        budget: new DialBudget(),
        lag: () => this.#lag?.current() ?? 0,
        links: new OwnLinks({ clock: systemClock }),
        onConnection: reportConnections ? createConnectionLog(logStream) : undefined,
      },
      hintAt: createLocalNetworkHint(platform),
      proxies: () =>
        this.#proxied.parts
          .flatMap((part) => part.describeName() ?? [])
          .filter((proxy) => isNamedBy(options.command, proxy)),
      refusals,
    };
    const openPublishers = loadOnce(async () => {
      const { ChosenPublishers } = await import('./chosen-publishers.ts');
      this.#publishers = new ChosenPublishers({ local: this.#local, env, reporter, registries, drawLabel });
      return this.#publishers;
    });
    // What a plan does not ask for is not loaded.
    this.#announced = new PartSet(
      async (entry) => {
        const { AnnouncementPart } = await import('./announcement-part.ts');
        return new AnnouncementPart(entry, context, await openPublishers());
      },
      (part, entry) => part.change(entry),
    );
    this.#proxied = new PartSet(async (entry) => {
      const { ProxyPart } = await import('./proxy-part.ts');
      this.#lag ??= new LoopLag(systemClock);
      return new ProxyPart(entry, context);
    });
    this.#contained = new PartSet(async (entry) => {
      const { ContainersPart } = await import('./containers-part.ts');
      return new ContainersPart(entry, context, await openPublishers());
    });
    this.#fed = new PartSet(async (entry) => {
      const { FeedPart } = await import('./feed-part.ts');
      return new FeedPart(entry, context);
    });
    this.#named = new PartSet(async (entry) => {
      const { DnsPart } = await import('./dns-part.ts');
      return new DnsPart(entry, context);
    });
  }

  /**
   * Runs its plan until the user stops it, or until nothing of it may be announced; resolves with the exit code. `follow` is called once
   * it runs, and may change the plan. Rejects with a CliError, everything closed, where a part of the first plan can't start. Once.
   */
  async run(follow?: () => Follower): Promise<number> {
    const { surroundings, refusals, plan } = this.#options;
    let follower: Follower | undefined;
    try {
      await this.#begin(plan);
      await this.#start(plan);
      follower = follow?.();
      const { signal } = surroundings.shutdown;
      await Promise.race([waitForAbort(signal), ...(refusals === undefined ? [] : [refusals.all])]);
      this.lifecycle.stop();
      if (refusals === undefined || refusals.isEmpty) tellStopping(this.reporter, this.#options.farewell, signal);
      await follower?.close();
      await Promise.all(this.#sections().map((section) => section.stop()));
      refusals?.throwFirst();
      return EXIT_OK;
    } finally {
      await follower?.close();
      await this.#close();
    }
  }

  /** The same for as long as `program` runs; what it has sent may still arrive. Once. */
  async runBeside(program: (side: ProgramSide) => Promise<number>): Promise<number> {
    const { plan, refusals } = this.#options;
    try {
      await this.#begin(plan);
      const exitCode = await program({
        start: () => this.#start(plan),
        drain: (options) => {
          this.lifecycle.stop();
          return this.#drainAnnounced(options);
        },
        close: () => this.#announced.close(),
        proxied: () => this.#proxied.parts.flatMap(({ ambassador }) => ambassador.status()),
      });
      await this.#proxied.stop();
      refusals?.throwFirst();
      return exitCode;
    } finally {
      await this.#close();
    }
  }

  /** Brings another plan about, and touches only what differs; the errors are of what could not start. Not before the last has resolved. */
  async change(plan: Plan): Promise<PartsChange> {
    await this.#startNode(plan);
    return this.#apply(plan);
  }

  /** Reads every secret again. */
  refreshSecrets(): void {
    this.#injections.refresh();
  }

  /** Makes the parts, so that what can't be had is told before anything starts. */
  async #prepare({ announce, proxy, docker, agent, dns }: Plan): Promise<void> {
    await this.#announced.prepare(announce);
    await this.#proxied.prepare(proxy);
    await this.#contained.prepare(docker);
    await this.#fed.prepare(agent);
    await this.#named.prepare(dns);
    if (!this.#injections.isEmpty) this.#options.surroundings.shutdown.onHangup(() => this.refreshSecrets());
  }

  /** What the parts stand on. */
  async #begin(plan: Plan): Promise<void> {
    const { mesh, surroundings } = this.#options;
    if (this.#mesh !== undefined) this.#unfollow = [followNotices(this.#mesh, surroundings, this.reporter)];
    const tellRemoval = this.#mesh === undefined ? undefined : findOwnRemoval(this.#mesh, this.reporter);
    await this.#publishers?.start();
    await this.#admin.listen(this.reporter, this.log);
    await this.#startNode(plan);
    tellRemoval?.();
    if (this.#mesh === undefined || mesh === undefined) return;
    this.#unfollow = [
      ...this.#unfollow,
      followKeyFile(this.#mesh, mesh, this.reporter),
      followMembership(this.#mesh, mesh, surroundings.platform, this.reporter),
      followInvitations(this.#local, this.log),
    ];
  }

  async #start(plan: Plan): Promise<void> {
    const { errors } = await this.#apply(plan);
    const [failure] = errors;
    if (failure !== undefined) throw failure;
    this.lifecycle.run();
  }

  /** The mDNS stack, once something needs it. */
  async #startNode(plan: Plan): Promise<void> {
    const mode = readMode(this.#options.mesh, this.#options.settings);
    if (!needsMdns(plan)) await this.#local.peers?.start();
    if (!this.#isNodeStarted && needsMdns(plan)) {
      await startNode(this.#local);
      this.#isNodeStarted = true;
      tellStart(this.reporter, this.#local.network, mode);
    } else if (this.lifecycle.phase === 'starting') {
      if (plan.announce.length + plan.docker.length > 0) tellStart(this.reporter, this.#local.network, mode);
      else tellMode(this.reporter, mode);
    }
  }

  async #apply({ announce, proxy, docker, agent, dns }: Plan): Promise<PartsChange> {
    // haproxy's sockets are its own.
    const ours = proxy.filter(({ engine }) => engine.kind !== 'haproxy');
    const shared = ours.filter(({ workers }) => workers > 1);
    const letGoSockets = this.#sockets.keep(shared.flatMap(({ listen }) => listen));
    const own = ours.filter(({ workers }) => workers === 1);
    const letGoListeners = this.#listeners.keep(own.flatMap(({ listen }) => listen));
    const letGo = (): Promise<void> => {
      letGoSockets();
      return letGoListeners();
    };
    const changes = await Promise.all([
      this.#announced.apply(announce),
      this.#proxied.apply(proxy),
      this.#contained.apply(docker),
      this.#named.apply(dns),
    ]).finally(letGo);
    for (const part of this.#named.parts) part.refresh();
    const change = sumChanges(changes);
    if (this.lifecycle.phase === 'starting' && change.errors.length > 0) return change;
    // Bridges of containers are heard from the start or never.
    const feeds = this.#options.plan.agent.length === 0 ? [] : agent;
    return sumChanges([change, await this.#fed.apply(feeds)]);
  }

  async #drainAnnounced(options: DrainOptions): Promise<DrainOutcome> {
    const outcomes = await Promise.all(this.#announced.parts.map(({ announcer }) => announcer.drain(options)));
    return {
      finished: outcomes.reduce((sum, { finished }) => sum + finished, 0),
      reset: outcomes.reduce((sum, { reset }) => sum + reset, 0),
    };
  }

  #look(): Snapshot {
    const { peers } = this.#local;
    const [feed] = this.#fed.parts;
    return {
      phase: this.lifecycle.phase,
      meshes: this.#mesh?.ids ?? [],
      removedAs: this.#mesh?.removal?.name,
      announcements: [...this.#announced.parts, ...this.#contained.parts].flatMap(({ announcer }) =>
        announcer.status(),
      ),
      services: this.#proxied.parts.flatMap(({ ambassador }) => ambassador.status()),
      traffic: this.#proxied.parts.flatMap(({ ambassador }) => ambassador.traffic()),
      mdns: this.#isNodeStarted ? this.#local.node.counters : undefined,
      certificates: this.#mesh?.listCertificates() ?? [],
      peers: peers === undefined ? undefined : { ...peers.counters, links: peers.listLinks().length },
      dns: this.#named.parts[0]?.counters,
      feed: feed?.view(),
    };
  }

  /** What this process is to others. */
  #describe(): ShownIdentity {
    const { version, platform } = this.#options.surroundings;
    return {
      id: this.#processId,
      machine: {
        id: deriveShownId(this.#readIdentity()),
        name: hostname(),
        platform,
        addresses: listAddresses(this.#local.network.interfaces()),
      },
      version,
      mode: this.#mesh === undefined ? 'open' : 'mesh',
    };
  }

  /** For who asks over a peer link; what it takes is loaded then. */
  async #show(): Promise<object> {
    const { showProcess } = await import('@mdns-ambassador/admin/shown-process');
    return showProcess(this.#describe(), this.#look());
  }

  async #createSurroundings(): Promise<LanSurroundings> {
    const { lookAround } = await import('../network/lan-look.ts');
    const { surroundings } = this.#options;
    const { mdns, node, peers } = this.#local;
    const mesh = this.#mesh;
    const runtime = findRuntime(surroundings);
    const rest = { peers, runtime, pid: surroundings.pid, clock: systemClock };
    return {
      identity: () => this.#describe(),
      look: (onChange) => {
        const isOn = this.#isNodeStarted;
        const tell =
          mesh === undefined || peers === undefined
            ? undefined
            : () => tellLook({ mdns: isOn ? mdns : undefined, peers, mesh, clock: systemClock });
        return lookAround({ node: isOn ? node : undefined, tellLook: tell, ...rest }, onChange);
      },
    };
  }

  #readIdentity(): string {
    const { env, platform } = this.#options.surroundings;
    this.#identity ??= readMachineIdentity(env, platform);
    return this.#identity;
  }

  #sections(): readonly { stop(): Promise<void>; close(): Promise<void> }[] {
    return [this.#announced, this.#proxied, this.#contained, this.#fed, this.#named];
  }

  async #close(): Promise<void> {
    for (const unfollow of this.#unfollow) unfollow();
    this.#lag?.close();
    await Promise.all(this.#sections().map((section) => section.close()));
    this.#local.showing?.close();
    await this.#local.node.close();
    await this.#admin.close();
  }
}

function loadOnce<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let loaded: Promise<Value> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}
