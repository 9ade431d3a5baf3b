import { chmodSync } from 'node:fs';
import { dirname } from 'node:path';
import { createMdnsSource, type FeedCounters, FeedServer, MAX_FEED_READERS } from '@mdns-ambassador/ambassador';
import { systemClock } from '@mdns-ambassador/mdns';
import {
  describeFileFault,
  errorCode,
  isWindowsPipe,
  type Listener,
  listen,
  makeFolders,
  omitUndefined,
  RelayError,
} from '@mdns-ambassador/relay';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_REFUSED, EXIT_USAGE } from '../exit/exit-codes.ts';
import { describeFeedEvent } from '../output/feed-lines.ts';
import { describeRefusal } from '../output/refused-lines.ts';
import { toFact } from '../output/reporter.ts';
import { explainForbidden, isForbidden } from '../process/forbidden-path.ts';
import type { PlannedFeed } from '../requests/plan.ts';
import { Part } from './part.ts';
import type { PartContext } from './part-context.ts';

/** The socket on which containers read what is on the network. */
export class FeedPart extends Part {
  readonly #feed: FeedServer;

  constructor(planned: PlannedFeed, context: PartContext) {
    const { reporter } = context;
    const { path } = planned.at;
    const feed = createFeed(planned, context);
    let listener: Listener | undefined;
    super({
      async start() {
        listener = await openSocket(planned, feed, context.surroundings.platform);
        reporter.tell(`serving what is on the network at ${path}`, { event: 'serving', at: path });
      },
      async close() {
        await listener?.stop();
        await feed.close();
      },
    });
    this.#feed = feed;
  }

  /** Who is told now, and what came since the start. */
  view(): FeedCounters & { readonly readers: number } {
    return { ...this.#feed.counters, readers: this.#feed.readers };
  }
}

function createFeed({ allowed }: PlannedFeed, { local, log, reporter, room }: PartContext): FeedServer {
  return new FeedServer({
    clock: systemClock,
    places: Math.min(MAX_FEED_READERS, room.places),
    createSource: ({ service, where, instance }) =>
      createMdnsSource({
        service,
        browser: local.node,
        interfaces: () => local.network.interfaces(),
        ownAddresses: () => local.network.ownAddresses(),
        allowed,
        clock: systemClock,
        where,
        ...omitUndefined({ instance }),
        onRefused: (refused) => log.warn({ ...refused }, `instance not used: ${describeRefusal(refused)}`),
      }),
    onEvent: (event) => reporter.tell(describeFeedEvent(event), toFact(event)),
  });
}

/** The folder is made, for all to enter; the socket is opened to others only once it is there. */
async function openSocket({ at, mode }: PlannedFeed, feed: FeedServer, platform: NodeJS.Platform): Promise<Listener> {
  try {
    const isFile = !isWindowsPipe(at.path, platform);
    if (isFile) makeFolders(dirname(at.path), 0o755);
    const listener = await listen({
      at,
      // The feed itself shows out who is too many.
      maxConnections: Number.POSITIVE_INFINITY,
      onConnection: (socket) => feed.serve(socket),
    });
    if (isFile) chmodSync(at.path, mode);
    return listener;
  } catch (error) {
    const code = errorCode(error);
    const [exitCode, sentence] = isForbidden(code)
      ? [EXIT_REFUSED, `${explainForbidden(at.path, code, 'system')}, or name a path of your own with --socket`]
      : [EXIT_USAGE, error instanceof RelayError ? error.message : `${at.path}: ${describeFileFault(code)}`];
    throw new CliError(exitCode, `--socket: ${sentence}`, { cause: error });
  }
}
