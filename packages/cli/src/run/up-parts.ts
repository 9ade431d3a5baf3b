import type { Ambassador, AmbassadorOptions, ProxyOptions } from '@mdns-ambassador/ambassador';
import { type AnnouncementOptions, type Announcer, AnnouncerError } from '@mdns-ambassador/announcer';
import { systemClock } from '@mdns-ambassador/mdns';
import { connectionLimit, fileLimit } from '@mdns-ambassador/relay';
import { announcerEventToFact, describeAnnouncerEvent } from '../output/announcer-lines.ts';
import type { Log } from '../output/log.ts';
import type { Reporter } from '../output/reporter.ts';
import { Part } from '../up/part.ts';
import type { PlannedProxy } from '../up/plan.ts';
import { createAnnouncer, DRAIN_TIMEOUT_MS, GRACE_MS, toCliError } from './announce.ts';
import type { LocalNetwork } from './local-network.ts';
import { composeAmbassador, startListening } from './proxy.ts';
import { createSources } from './sources.ts';

/** What the parts of `up` work with. */
export interface PartContext {
  readonly local: LocalNetwork;
  readonly log: Log;
  readonly reporter: Reporter;
  readonly platform: NodeJS.Platform;
  readonly reportConnections: boolean;
  readonly observers: Pick<AmbassadorOptions, 'onDial' | 'onConnection'>;
}

/** The proxy of one service. */
export class ProxyPart extends Part {
  readonly ambassador: Ambassador;

  constructor({ origins, allowed, ...options }: PlannedProxy, context: PartContext) {
    const { local, log, reporter, reportConnections, observers } = context;
    const proxies: readonly ProxyOptions[] = [
      {
        maxConnections: connectionLimit(fileLimit(process)),
        ...options,
        reportConnections,
        merge: origins.merge,
        sources: createSources(origins, { service: options.service, allowed, local, log }),
      },
    ];
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
        drainTimeoutMs: options.drainTimeoutMs,
      },
      systemClock,
    );
    this.ambassador = ambassador;
  }
}

/** The announcement of one service. */
export class AnnouncementPart extends Part {
  readonly announcer: Announcer;

  constructor(options: AnnouncementOptions, { local, reporter, platform }: PartContext) {
    const announcer = createAnnouncer(local, [options], platform, (event) =>
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
          await announcer.drain({ graceMs: options.relay ? GRACE_MS : 0, timeoutMs, onGoodbye });
        },
        close: () => announcer.close(),
        drainTimeoutMs: DRAIN_TIMEOUT_MS,
      },
      systemClock,
    );
    this.announcer = announcer;
  }
}
