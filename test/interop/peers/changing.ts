import { type Host, type HostProcess, type Peer, PYTHON } from '@mdns-ambassador/testkit';
import { locateProgram, spawnAmbassador, startProgram } from '../../ambassador.ts';
import { avahi, lookWithAvahi, startAvahi } from './avahi.ts';
import type { PublishedService } from './interop-peer.ts';
import { pythonZeroconf } from './python-zeroconf.ts';

const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 250;

/** A process that publishes what it is told, as `test/programs/changing.mjs` does. */
export class ChangingPublisher {
  readonly process: HostProcess;

  constructor(process: HostProcess) {
    this.process = process;
  }

  tell(op: 'publish' | 'update', key: string, service: PublishedService): void {
    this.process.stdin.write(`${JSON.stringify({ op, key, service })}\n`);
  }

  close(key: string): void {
    this.process.stdin.write(`${JSON.stringify({ op: 'close', key })}\n`);
  }
}

/** What a browser that goes on knows at a time, by instance name. */
export type Known = ReadonlyMap<string, PublishedService>;

/** Resolves when what is known satisfies the predicate; rejects after a minute with what is known then. */
export type AwaitKnown = (predicate: (known: Known) => boolean) => Promise<void>;

/** An implementation that publishes and browses while things change. */
export interface ChangingPeer {
  readonly name: string;
  readonly needs: readonly Peer[];
  prepare(host: Host): Promise<void>;
  publish(host: Host): Promise<ChangingPublisher>;
  observe(host: Host, type: string): Promise<AwaitKnown>;
}

export const nativeChanging: ChangingPeer = {
  name: 'ambassador',
  needs: [],
  prepare: async () => {},
  publish: async (host) => new ChangingPublisher(await startProgram(host, 'changing', 'native')),
  observe: async (host, type) => {
    const watching = spawnAmbassador(host, ['list', type, '--watch', '--json', '--log-level', 'silent']);
    return awaitOutput(watching, ({ event, instance }) => ({ event, service: instance }));
  },
};

export const avahiChanging: ChangingPeer = {
  name: 'avahi',
  needs: avahi.needs,
  prepare: async (host) => await startAvahi(host),
  publish: async (host) => new ChangingPublisher(await startProgram(host, 'changing', 'avahi')),
  observe: async (host, type) => {
    // So that the daemon goes on asking.
    host.spawn('avahi-browse', ['--parsable', type]);
    return async (predicate) => {
      const until = performance.now() + PATIENCE_MS;
      for (;;) {
        const found = await lookWithAvahi(host, type);
        if (found !== undefined && predicate(new Map(found.map((one) => [one.instance, one])))) return;
        if (performance.now() > until) throw new Error(`avahi knows ${JSON.stringify(found)}`);
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    };
  },
};

const ZEROCONF = locateProgram('zeroconf-peer.py');

export const pythonChanging: ChangingPeer = {
  name: 'python-zeroconf',
  needs: pythonZeroconf.needs,
  prepare: async () => {},
  publish: async (host) => {
    const publishing = host.spawn(PYTHON, ['-u', ZEROCONF, 'change', host.ip]);
    await publishing.line(/^ready/);
    return new ChangingPublisher(publishing);
  },
  observe: async (host, type) => {
    const browsing = host.spawn(PYTHON, ['-u', ZEROCONF, 'watch', type]);
    await browsing.line(/^ready/);
    return awaitOutput(browsing, ({ event, service, instance }) => ({ event, service: service ?? { instance } }));
  },
};

interface WatchedEvent {
  readonly event: string;
  readonly service: PublishedService;
}

/** Folds one JSON document a line, whatever its form, into what is known. */
function awaitOutput(
  browsing: HostProcess,
  // biome-ignore lint/suspicious/noExplicitAny: a document of the program's own.
  read: (document: any) => WatchedEvent,
): AwaitKnown {
  const fold = (output: string): Known => {
    const known = new Map<string, PublishedService>();
    for (const line of output.split('\n').filter((text) => /^\{.*\}$/.test(text))) {
      const { event, service } = read(JSON.parse(line));
      if (event === 'removed') known.delete(service.instance);
      else known.set(service.instance, service);
    }
    return known;
  };
  return async (predicate) => await browsing.until((output) => predicate(fold(output)), { timeout: PATIENCE_MS });
}
