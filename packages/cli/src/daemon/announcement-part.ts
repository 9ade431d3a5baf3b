import { isDeepStrictEqual } from 'node:util';
import { Announcer, AnnouncerError, createCommandSpawner } from '@mdns-ambassador/announcer';
import { systemClock } from '@mdns-ambassador/mdns';
import { omitUndefined, type Prologue } from '@mdns-ambassador/relay';
import { announcerEventToFact, describeAnnouncerEvent } from '../output/announcer-lines.ts';
import type { PlacedService } from '../requests/plan.ts';
import { explainAnnouncerErrors, toCliError } from './announcer-errors.ts';
import { createHost } from './announcer-host.ts';
import type { ChosenPublisher, ChosenPublishers } from './chosen-publishers.ts';
import type { Injections, OpenInjection } from './injections.ts';
import { Part } from './part.ts';
import type { PartContext } from './part-context.ts';

/** A service that others still connect to is kept this long after its goodbye. */
export const GRACE_MS = 2_000;
export const DRAIN_TIMEOUT_MS = 30_000;

/** The announcement of one service. */
export class AnnouncementPart extends Part {
  readonly announcer: Announcer;
  readonly #injections: Injections;
  readonly #planned: PlacedService;
  readonly #injected: Injected;

  /** Throws a CliError where an option is out of bounds, or credentials can't be had. */
  constructor(planned: PlacedService, context: PartContext, publishers: ChosenPublishers) {
    const { injections, mesh } = context;
    const injected = new Injected();
    const chosen = publishers.take(planned);
    let announcer: Announcer;
    try {
      announcer = createAnnouncer(planned, chosen, injected, context);
      injected.replace(openInjection(planned, injections));
    } catch (error) {
      void chosen.close();
      throw error;
    }
    super({
      start: () =>
        explainAnnouncerErrors(async () => {
          await chosen.start();
          await announcer.start();
        }),
      async leave(timeoutMs, onGoodbye) {
        await announcer.drain({ graceMs: planned.relay || mesh !== undefined ? GRACE_MS : 0, timeoutMs, onGoodbye });
      },
      async close() {
        injected.replace(undefined);
        await announcer.close();
        await chosen.close();
      },
      drainTimeoutMs: DRAIN_TIMEOUT_MS,
    });
    this.announcer = announcer;
    this.#injections = injections;
    this.#planned = planned;
    this.#injected = injected;
  }

  /** See {@link ChangePart}: goes on without a goodbye, unless it is to be announced elsewhere or under another name. */
  change(planned: PlacedService): boolean {
    const { targets, responder } = this.#planned;
    if (responder !== planned.responder || !isDeepStrictEqual(targets, planned.targets)) return false;
    const opened = openInjection(planned, this.#injections);
    try {
      if (this.announcer.change(planned)) {
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

function openInjection({ service, injected }: PlacedService, injections: Injections): OpenInjection | undefined {
  return injected === undefined ? undefined : injections.open({ service, credentials: injected, isInsecure: false });
}

function createAnnouncer(
  planned: PlacedService,
  { publisher, source }: ChosenPublisher,
  injected: Injected,
  { local, reporter, surroundings, showUrl, mesh, room, identity, refusals }: PartContext,
): Announcer {
  const shown = new Set<string>();
  try {
    return new Announcer({
      announcements: [planned],
      publisher,
      ...omitUndefined({ source, mesh }),
      injection: () => injected.prologues,
      spawn: createCommandSpawner({
        platform: surroundings.platform,
        clock: systemClock,
        kill: process.kill.bind(process),
        environment: surroundings.env,
      }),
      clock: systemClock,
      random: Math.random,
      identity: identity(),
      host: createHost(local.network, surroundings.platform, room),
      onEvent: (event) => {
        const isLastWord = event.kind === 'refused' && refusals?.limit === 1;
        const line = isLastWord ? undefined : describeAnnouncerEvent(event, local.network.interfaces());
        reporter.tell(line, announcerEventToFact(event));
        const url = 'urls' in event ? event.urls?.byAddress : undefined;
        const isAlone = local.network.interfaces().every(({ loopback }) => loopback);
        if (url !== undefined && !isAlone && !shown.has(url)) {
          shown.add(url);
          showUrl(url);
        }
        if (event.kind === 'refused') refusals?.add(event.error);
      },
    });
  } catch (error) {
    throw error instanceof AnnouncerError ? toCliError(error) : error;
  }
}
