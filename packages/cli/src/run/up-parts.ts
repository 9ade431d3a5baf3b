import type { Ambassador, AmbassadorOptions } from '@mdns-ambassador/ambassador';
import { type Announcer, AnnouncerError } from '@mdns-ambassador/announcer';
import { systemClock } from '@mdns-ambassador/mdns';
import type { PlannedAnnouncement } from '../announce-request.ts';
import { announcerEventToFact, describeAnnouncerEvent } from '../output/announcer-lines.ts';
import { Part } from '../up/part.ts';
import type { PlannedProxy } from '../up/plan.ts';
import { createAnnouncer, DRAIN_TIMEOUT_MS, GRACE_MS, openAnnouncerInjection, toCliError } from './announce.ts';
import type { Injections } from './injections.ts';
import { composeAmbassador, composeProxy, openInjection, type ProxyContext, startListening } from './proxy.ts';

/** What the parts of `up` work with. */
export interface PartContext extends ProxyContext {
  readonly platform: NodeJS.Platform;
  readonly injections: Injections;
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

  constructor(options: PlannedAnnouncement, { local, reporter, platform, injections, mesh }: PartContext) {
    const opened = openAnnouncerInjection(options, injections);
    const surroundings = {
      publisher: local.node,
      network: local.network,
      injection: () => opened?.prologues ?? [],
      mesh,
    };
    const announcer = createAnnouncer(surroundings, [options], platform, (event) =>
      reporter.tell(describeAnnouncerEvent(event, local.network.interfaces()), announcerEventToFact(event)),
    );
    super(
      {
        async start() {
          try {
            await announcer.start();
          } catch (error) {
            throw error instanceof AnnouncerError ? toCliError(error) : error;
          }
        },
        async leave(timeoutMs, onGoodbye) {
          await announcer.drain({ graceMs: options.relay || mesh !== undefined ? GRACE_MS : 0, timeoutMs, onGoodbye });
        },
        close() {
          opened?.close();
          return announcer.close();
        },
        drainTimeoutMs: DRAIN_TIMEOUT_MS,
      },
      systemClock,
    );
    this.announcer = announcer;
  }
}
