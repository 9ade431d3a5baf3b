import type { Ambassador, AmbassadorOptions } from '@mdns-ambassador/ambassador';
import { type AnnouncementOptions, type Announcer, AnnouncerError } from '@mdns-ambassador/announcer';
import { systemClock } from '@mdns-ambassador/mdns';
import { announcerEventToFact, describeAnnouncerEvent } from '../output/announcer-lines.ts';
import { Part } from '../up/part.ts';
import type { PlannedProxy } from '../up/plan.ts';
import { createAnnouncer, DRAIN_TIMEOUT_MS, GRACE_MS, toCliError } from './announce.ts';
import { composeAmbassador, composeProxy, type ProxyContext, startListening } from './proxy.ts';

/** What the parts of `up` work with. */
export interface PartContext extends ProxyContext {
  readonly platform: NodeJS.Platform;
  readonly observers: Pick<AmbassadorOptions, 'onDial' | 'onConnection' | 'lag'>;
}

/** The proxy of one service. */
export class ProxyPart extends Part {
  readonly ambassador: Ambassador;

  constructor(planned: PlannedProxy, context: PartContext) {
    const { reporter, observers } = context;
    const proxies = [composeProxy(planned, context)];
    const ambassador = composeAmbassador(proxies, reporter, observers);
    super(
      {
        start: () => startListening(ambassador, proxies),
        async leave(timeoutMs, onRoom) {
          await ambassador.stopListening();
          onRoom();
          await ambassador.drain(timeoutMs);
        },
        close: () => ambassador.close(),
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

  constructor(options: AnnouncementOptions, { local, reporter, platform, mesh }: PartContext) {
    const announcer = createAnnouncer(
      { publisher: local.node, network: local.network, mesh },
      [options],
      platform,
      (event) => reporter.tell(describeAnnouncerEvent(event, local.network.interfaces()), announcerEventToFact(event)),
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
        close: () => announcer.close(),
        drainTimeoutMs: DRAIN_TIMEOUT_MS,
      },
      systemClock,
    );
    this.announcer = announcer;
  }
}
