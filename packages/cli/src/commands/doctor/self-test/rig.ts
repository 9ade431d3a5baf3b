import { EventEmitter, once } from 'node:events';
import { type Ambassador, createAmbassador, createMdnsSource, type ProxyEvent } from '@mdns-ambassador/ambassador';
import { Announcer, type AnnouncerEvent, createSystemHost } from '@mdns-ambassador/announcer';
import { type BrowseEvent, type Clock, createMdnsNode, type MdnsNode, systemNetwork } from '@mdns-ambassador/mdns';
import { Room } from '@mdns-ambassador/relay';
import { StepFailure } from './client.ts';
import { startTestService, type TestService } from './test-service.ts';

const CHECK_INTERVAL_MS = 1_000;
/** For how long an announcer stays behind its goodbye. */
const GRACE_MS = 1_000;
const MAX_CONNECTIONS = 64;
/** Against a network that announces without end. */
const MOST_EVENTS = 1_000;

export interface RigOptions {
  readonly interfaceNames: readonly string[];
  /** Where the service listens: an address of that interface. */
  readonly address: string;
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
}

type RigEvent =
  | { readonly of: 'announcer'; readonly event: AnnouncerEvent }
  | { readonly of: 'browse'; readonly event: BrowseEvent }
  | { readonly of: 'proxy'; readonly event: ProxyEvent }
  | { readonly of: 'socket'; readonly event: { readonly kind: 'opened' } };

/** A service, its announcer and a proxy of it in one process, each with mDNS sockets of its own; the name is thrown away. */
export class Rig {
  readonly service: string = `st-${Math.random().toString(36).slice(2, 10)}`;
  readonly #options: RigOptions;
  readonly #events: RigEvent[] = [];
  readonly #noted = new EventEmitter();
  readonly #open: (() => Promise<void> | void)[] = [];
  #browser: MdnsNode | undefined;
  #announcer: Announcer | undefined;
  #testService: TestService | undefined;

  constructor(options: RigOptions) {
    this.#options = options;
  }

  get type(): string {
    return `_${this.service}._tcp`;
  }

  get resetsSeen(): number {
    return this.#testService?.resetsSeen ?? 0;
  }

  /** Starts the service and announces it. */
  async announce(): Promise<void> {
    const { address, platform, env, clock } = this.#options;
    const service = await startTestService(address);
    this.#testService = service;
    this.#open.push(() => service.close());
    const { node, network } = await this.#startNode('st-a');
    const announcer = new Announcer({
      announcements: [
        {
          service: this.service,
          instance: this.service,
          type: this.type,
          subtypes: [],
          host: address,
          port: service.port,
          priority: 0,
          weight: 0,
          txt: new Map(),
          check: { kind: 'tcp' },
          checkIntervalMs: CHECK_INTERVAL_MS,
          rise: 1,
          fall: 1,
          relay: false,
        },
      ],
      publisher: node,
      clock,
      random: Math.random,
      identity: this.service,
      host: createSystemHost({
        platform,
        environment: env,
        kill: (pid, signal) => process.kill(pid, signal),
        interfaces: () => network.interfaces(),
        room: new Room(MAX_CONNECTIONS),
      }),
      onEvent: (event) => this.#note({ of: 'announcer', event }),
    });
    this.#announcer = announcer;
    this.#open.push(() => announcer.close());
    await announcer.start();
  }

  /** Looks for the service, from now on, with sockets of its own. */
  async browse(): Promise<void> {
    const { node } = await this.#startNode('st-b');
    this.#browser ??= node;
    node.browse({ type: this.type }, (event) => this.#note({ of: 'browse', event }));
  }

  /** Starts the proxy; resolves with its port on 127.0.0.1. */
  async startProxy(): Promise<number> {
    const { clock, interfaceNames, platform } = this.#options;
    const browser = this.#browser;
    if (browser === undefined) throw new StepFailure('nothing browses');
    const network = systemNetwork({ interfaceNames, platform });
    const source = createMdnsSource({
      service: this.service,
      type: this.type,
      browser,
      interfaces: () => network.interfaces(),
      ownAddresses: () => network.ownAddresses(),
      clock,
    });
    const ambassador: Ambassador = createAmbassador({
      service: this.service,
      listen: [{ kind: 'tcp', address: '127.0.0.1', port: 0 }],
      sources: [source],
      maxConnections: MAX_CONNECTIONS,
      clock,
      onEvent: (event) => this.#note({ of: 'proxy', event }),
    });
    this.#open.push(() => ambassador.close());
    await ambassador.start();
    const listening = this.#events.find(({ of, event }) => of === 'proxy' && event.kind === 'listening');
    const [target] = listening?.of === 'proxy' && listening.event.kind === 'listening' ? listening.event.at : [];
    return target?.kind === 'tcp' ? target.port : 0;
  }

  /** Takes the announcement back. */
  async drain(): Promise<void> {
    await this.#announcer?.drain({ graceMs: GRACE_MS, timeoutMs: GRACE_MS });
  }

  /** How many of these have happened. */
  count(of: RigEvent['of'], kind: string): number {
    return this.#events.filter((one) => one.of === of && one.event.kind === kind).length;
  }

  /** Waits until one more than `before` of these has happened. Rejects with a StepFailure when it does not in time. */
  async waitFor(of: RigEvent['of'], kind: string, timeoutMs: number, before: number = 0): Promise<void> {
    const signal = AbortSignal.timeout(timeoutMs);
    while (this.count(of, kind) <= before) {
      await once(this.#noted, 'event', { signal }).catch(() => {
        throw new StepFailure(`${of}: no "${kind}" within ${timeoutMs / 1_000} s`);
      });
    }
  }

  /** Ends all of it, what was started last first. Idempotent. */
  async close(): Promise<void> {
    for (const end of this.#open.splice(0).reverse()) await end();
  }

  async #startNode(label: string): Promise<{ node: MdnsNode; network: ReturnType<typeof systemNetwork> }> {
    const { interfaceNames, platform, clock } = this.#options;
    const network = systemNetwork({ interfaceNames, platform });
    const node = createMdnsNode({
      network: {
        interfaces: () => network.interfaces(),
        openLink: async (...link) => {
          const opened = await network.openLink(...link);
          this.#note({ of: 'socket', event: { kind: 'opened' } });
          return opened;
        },
      },
      clock,
      random: Math.random,
      hostLabel: `${label}-${Math.random().toString(36).slice(2, 8)}`,
    });
    this.#open.push(() => node.close());
    await node.start();
    return { node, network };
  }

  #note(event: RigEvent): void {
    if (this.#events.length < MOST_EVENTS) this.#events.push(event);
    this.#noted.emit('event');
  }
}
