import { hostname } from 'node:os';
import {
  AnnouncerError,
  AvahiResponder,
  BonjourResponder,
  type ForeignResponder,
  joinPublishers,
  messageBusAt,
  type Publisher,
  Registrar,
} from '@mdns-ambassador/announcer';
import { systemClock } from '@mdns-ambassador/mdns';
import { publishToPeers } from '@mdns-ambassador/peers';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_UNAVAILABLE } from '../exit/exit-codes.ts';
import type { LocalNetwork } from '../network/local-network.ts';
import type { Registries } from '../network/registries.ts';
import type { ResponderName } from '../options/announce-options.ts';
import { describeRegistrarEvent } from '../output/registrar-lines.ts';
import { type Reporter, toFact } from '../output/reporter.ts';
import { describeResponderEvent } from '../output/responder-lines.ts';
import { formatRegistry, type RegistrySpec } from '../parse/registry.ts';
import type { PlacedService } from '../requests/plan.ts';

/** D-Bus specification, "Well-known Message Bus Instances". */
const SYSTEM_BUS = 'unix:path=/var/run/dbus/system_bus_socket';

export interface ChosenPublishersContext {
  readonly local: LocalNetwork;
  readonly env: NodeJS.ProcessEnv;
  readonly reporter: Reporter;
  readonly registries: Registries;
  /** Draws the label of the host, alike at each start. */
  readonly drawLabel: () => number;
}

/** Who publishes one announcement, in all its places. */
export interface ChosenPublisher {
  readonly publisher: Publisher;
  /** Of the status: `mdns`, or a registry where there is no mDNS. Absent: `mdns`. */
  readonly source?: string;
  /** Rejects with a CliError that says in one sentence what is in the way and what works. */
  start(): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** A responder or a registry, and for how many announcements it publishes. */
interface OpenResponder {
  readonly responder: ForeignResponder;
  started: Promise<void> | undefined;
  users: number;
}

/** Who publishes for one process. Each is opened for the first announcement that needs it, and closed with the last. */
export class ChosenPublishers {
  readonly #context: ChosenPublishersContext;
  readonly #open = new Map<string, OpenResponder>();

  constructor(context: ChosenPublishersContext) {
    this.#context = context;
  }

  /** For one announcement; to be closed with it. Throws a CliError when a registry's login can't be had. */
  take({ responder, targets }: Pick<PlacedService, 'responder' | 'targets'>): ChosenPublisher {
    const { isMdns, registries } = targets;
    const isNative = isMdns && responder === 'native';
    const own: OpenResponder[] = [];
    try {
      if (isMdns && responder !== 'native') own.push(this.#lend(responder, () => this.#createResponder(responder)));
      for (const spec of registries) own.push(this.#lend(JSON.stringify(spec), () => this.#createRegistrar(spec)));
    } catch (error) {
      for (const one of own) void this.#giveBack(one);
      throw error;
    }
    const { peers } = this.#context.local;
    // Our own node tells peers by itself; of several places one does.
    const toPeers = (publisher: Publisher): Publisher =>
      peers === undefined ? publisher : publishToPeers(publisher, peers);
    const publishers: readonly Publisher[] = own.map((one, index) =>
      isMdns && !isNative && index === 0 ? toPeers(one.responder) : one.responder,
    );
    const [first, ...others] = isNative ? [this.#context.local.node, ...publishers] : publishers;
    if (first === undefined) throw new Error('nowhere to announce');
    const [spec] = registries;
    let closed: Promise<void> | undefined;
    return {
      publisher: joinPublishers(first, others),
      ...(isMdns || spec === undefined ? {} : { source: formatRegistry(spec) }),
      async start() {
        await Promise.all(own.map(startOnce));
      },
      close: () => {
        closed ??= Promise.all(own.map((one) => this.#giveBack(one))).then(() => undefined);
        return closed;
      },
    };
  }

  /** Starts all that was taken, before anything is told: rejects as {@link ChosenPublisher.start} does. */
  async start(): Promise<void> {
    await Promise.all([...this.#open.values()].map(startOnce));
  }

  #lend(key: string, create: () => ForeignResponder): OpenResponder {
    const open = this.#open.get(key) ?? { responder: create(), started: undefined, users: 0 };
    this.#open.set(key, open);
    open.users += 1;
    return open;
  }

  async #giveBack(open: OpenResponder): Promise<void> {
    open.users -= 1;
    if (open.users > 0) return;
    for (const [key, one] of this.#open) if (one === open) this.#open.delete(key);
    await open.responder.close();
  }

  #createResponder(name: Exclude<ResponderName, 'native'>): ForeignResponder {
    const { local, env, reporter, drawLabel } = this.#context;
    const shared = {
      clock: systemClock,
      interfaces: () => local.network.interfaces(),
      onEvent: (event: Parameters<typeof describeResponderEvent>[0]) =>
        reporter.tell(describeResponderEvent(event), toFact(event)),
    };
    switch (name) {
      case 'avahi':
        return new AvahiResponder({ ...shared, connect: messageBusAt(env.DBUS_SYSTEM_BUS_ADDRESS || SYSTEM_BUS) });
      case 'bonjour-service':
        return new BonjourResponder({ ...shared, random: drawLabel, hostName: hostname() });
      default:
        return name satisfies never;
    }
  }

  #createRegistrar(spec: RegistrySpec): ForeignResponder {
    const { local, reporter, registries } = this.#context;
    return new Registrar({
      name: formatRegistry(spec),
      registry: registries.open(spec),
      folder: spec.kind === 'etcd' ? spec.prefix : spec.path,
      clock: systemClock,
      random: Math.random,
      interfaces: () => local.network.interfaces(),
      onEvent: (event) => reporter.tell(describeRegistrarEvent(event), toFact(event)),
    });
  }
}

function startOnce(open: OpenResponder): Promise<void> {
  open.started ??= start(open.responder);
  return open.started;
}

async function start(responder: ForeignResponder): Promise<void> {
  try {
    await responder.start();
  } catch (error) {
    throw error instanceof AnnouncerError ? new CliError(EXIT_UNAVAILABLE, error.message, { cause: error }) : error;
  }
}
