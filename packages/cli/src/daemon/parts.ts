import { isDeepStrictEqual } from 'node:util';
import type { Ambassador, AmbassadorOptions } from '@mdns-ambassador/ambassador';
import { type Announcer, AnnouncerError } from '@mdns-ambassador/announcer';
import { systemClock } from '@mdns-ambassador/mdns';
import type { Prologue } from '@mdns-ambassador/relay';
import type { LocalNetwork } from '../network/local-network.ts';
import { announcerEventToFact, describeAnnouncerEvent } from '../output/announcer-lines.ts';
import { describeRegistrarEvent, registrarEventToFact } from '../output/registrar-lines.ts';
import type { Reporter } from '../output/reporter.ts';
import type { Targets } from '../requests/announce-request.ts';
import type { PlacedService, PlannedProxy } from '../requests/plan.ts';
import type { Injections, OpenInjection } from './injections.ts';
import { createAnnouncer, DRAIN_TIMEOUT_MS, GRACE_MS, openAnnouncerInjection, toCliError } from './local-announcer.ts';
import { Part } from './part.ts';
import { composeAmbassador, composeProxy, openInjection, type ProxyContext, startListening } from './proxied.ts';
import { addRegistrars } from './registrars.ts';
import type { Speaker } from './speaker.ts';

/** What the parts of `up` work with. */
export interface PartContext extends ProxyContext {
  readonly platform: NodeJS.Platform;
  readonly injections: Injections;
  /** Stands for this machine. */
  readonly identity: string;
  readonly observers: Pick<AmbassadorOptions, 'onDial' | 'onConnection' | 'lag'>;
}

/** The proxy of one service. */
export class ProxyPart extends Part {
  readonly ambassador: Ambassador;

  constructor(planned: PlannedProxy, context: PartContext) {
    const { reporter, observers, injections } = context;
    const injection = openInjection(planned, injections);
    const proxies = [composeProxy(planned, context, injection)];
    const ambassador = composeAmbassador(proxies, reporter, observers);
    super(
      {
        start: () => startListening(ambassador, proxies),
        async leave(timeoutMs, onRoom) {
          await ambassador.stopListening();
          onRoom();
          await ambassador.drain(timeoutMs);
        },
        close() {
          injection?.close();
          return ambassador.close();
        },
        drainTimeoutMs: planned.drainTimeoutMs,
      },
      systemClock,
    );
    this.ambassador = ambassador;
  }
}

/** The announcement of one service. */
export class AnnouncementPart extends Part {
  readonly announcer: Announcer;
  readonly #injections: Injections;
  readonly #targets: Targets;
  readonly #injected: Injected;

  constructor(options: PlacedService, { local, reporter, platform, injections, mesh, room, identity }: PartContext) {
    const injected = new Injected();
    const speaker = createPartSpeaker(options.targets, local, reporter);
    const surroundings = {
      ...speaker,
      injection: () => injected.prologues,
      identity,
      mesh,
      room,
    };
    const announcer = createAnnouncer(surroundings, [options], platform, (event) =>
      reporter.tell(describeAnnouncerEvent(event, local.network.interfaces()), announcerEventToFact(event)),
    );
    // Last: whatever failed before would leave its secret watched.
    injected.replace(openAnnouncerInjection(options, injections));
    super(
      {
        async start() {
          try {
            await speaker.start();
            await announcer.start();
          } catch (error) {
            throw error instanceof AnnouncerError ? toCliError(error) : error;
          }
        },
        async leave(timeoutMs, onGoodbye) {
          await announcer.drain({ graceMs: options.relay || mesh !== undefined ? GRACE_MS : 0, timeoutMs, onGoodbye });
        },
        async close() {
          injected.replace(undefined);
          await announcer.close();
          await speaker.close();
        },
        drainTimeoutMs: DRAIN_TIMEOUT_MS,
      },
      systemClock,
    );
    this.announcer = announcer;
    this.#injections = injections;
    this.#targets = options.targets;
    this.#injected = injected;
  }

  /** See {@link ChangePart}: goes on without a goodbye, unless it is to be announced elsewhere or under another name. */
  change(options: PlacedService): boolean {
    if (!isDeepStrictEqual(options.targets, this.#targets)) return false;
    const opened = openAnnouncerInjection(options, this.#injections);
    try {
      if (this.announcer.change(options)) {
        this.#injected.replace(opened);
        return true;
      }
    } catch (error) {
      opened?.close();
      throw error instanceof AnnouncerError ? toCliError(error) : error;
    }
    opened?.close();
    return false;
  }
}

/** The credentials of one announcement, which may be others from one connection to the next. */
class Injected {
  #opened: OpenInjection | undefined;

  get prologues(): readonly Prologue[] {
    return this.#opened?.prologues ?? [];
  }

  replace(opened: OpenInjection | undefined): void {
    this.#opened?.close();
    this.#opened = opened;
  }
}

/** Of one service: the mDNS stack that all share, and registries of its own. */
function createPartSpeaker({ isMdns, registries }: Targets, local: LocalNetwork, reporter: Reporter): Speaker {
  const shared: Speaker = {
    network: local.network,
    publisher: local.node,
    counters: () => local.node.counters,
    start: async () => undefined,
    close: async () => undefined,
  };
  if (registries.length === 0) return shared;
  return addRegistrars(isMdns ? shared : undefined, registries, local.network, (event) =>
    reporter.tell(describeRegistrarEvent(event), registrarEventToFact(event)),
  );
}
