import { type SimulatedHost, SimulatedLan } from '@mdns-ambassador/testkit';
import { describe, expect, it } from 'vitest';
import {
  createAmbassador,
  createMdnsSource,
  type Endpoint,
  type EndpointPicker,
  type EndpointState,
  type Engine,
  type EngineCounters,
} from '../../packages/ambassador/src/index.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;
const BACKENDS = 3;
const NONE: ReadonlySet<string> = new Set();

/** An engine without sockets: the test plays the clients. */
class ClientsOnly implements Engine {
  readonly counters: EngineCounters = {
    active: 0,
    accepted: 0,
    failed: 0,
    retried: 0,
    dropped: 0,
    overload: 0,
    bytesUp: 0,
    bytesDown: 0,
  };
  readonly picker: EndpointPicker;

  constructor(picker: EndpointPicker) {
    this.picker = picker;
  }

  async start(): Promise<readonly []> {
    return [];
  }

  async stopListening(): Promise<void> {}

  resetConnectionsOf(): number {
    return 0;
  }

  listUnanswered(): ReadonlyMap<string, Endpoint> {
    return new Map();
  }

  async resetUnacknowledged(): Promise<number> {
    return 0;
  }

  async drain(): Promise<{ readonly finished: number; readonly reset: number }> {
    return { finished: 0, reset: 0 };
  }

  async close(): Promise<void> {}

  /** One client: connects and takes its leave. Who carried it; undefined where nobody did. */
  connect(): string | undefined {
    const picked = this.picker.pick({ exclude: NONE });
    if (picked.kind !== 'endpoint') return undefined;
    const { endpoint } = picked;
    this.picker.dialSucceeded(endpoint.id, 1);
    this.picker.opened(endpoint.id)();
    return endpoint.instance;
  }
}

describe('an hour without multicast', () => {
  it('fails no connection, shows what is used as stale, and as ready within 2 s of its end', async () => {
    await using lan = await SimulatedLan.create({ hosts: BACKENDS + 1 });
    const backends = lan.hosts.slice(0, BACKENDS);
    const client = lan.hosts[BACKENDS];
    if (client === undefined) throw new Error('no client');
    for (const host of backends) host.node.publish({ name: host.name, type: '_thing._tcp', port: 7000 });
    const { engine, states, close } = await startProxy(lan, client);
    const connectEachSecond = async (seconds: number): Promise<void> => {
      for (let second = 0; second < seconds; second++) {
        expect(engine.connect()).toBeDefined();
        await lan.run(SECOND_MS);
      }
    };
    await lan.run(10 * SECOND_MS);
    await connectEachSecond(10);
    expect(states()).toEqual(['ready', 'ready', 'ready']);

    lan.partition(backends, [client]);
    await connectEachSecond(HOUR_MS / SECOND_MS);
    expect(states()).toEqual(['stale', 'stale', 'stale']);

    lan.heal();
    await connectEachSecond(2);
    expect(states()).toEqual(['ready', 'ready', 'ready']);
    await close();
  }, 30_000);
});

async function startProxy(
  lan: SimulatedLan,
  host: SimulatedHost,
): Promise<{
  readonly engine: ClientsOnly;
  readonly states: () => readonly EndpointState[];
  readonly close: () => Promise<void>;
}> {
  const engines: ClientsOnly[] = [];
  const source = createMdnsSource({
    service: 'thing',
    type: '_thing._tcp',
    browser: host.node,
    interfaces: () => [
      {
        name: 'eth0',
        loopback: false,
        addresses: [{ address: '10.0.0.4', family: 'IPv4', prefixLength: 8, scopeId: 0 }],
      },
    ],
    clock: lan.clock,
  });
  const ambassador = createAmbassador({
    proxies: [
      {
        service: 'thing',
        listen: [],
        sources: [source],
        merge: 'union',
        balance: 'p2c',
        connectTimeoutMs: 5_000,
        onEndpointLost: 'keep',
        drainTimeoutMs: 30_000,
        maxConnections: 100,
      },
    ],
    clock: lan.clock,
    random: lan.random,
    createEngine: (_, picker) => {
      const engine = new ClientsOnly(picker);
      engines.push(engine);
      return engine;
    },
  });
  await ambassador.start();
  const [engine] = engines;
  if (engine === undefined) throw new Error('no engine was made');
  return {
    engine,
    states: () => ambassador.status().flatMap(({ endpoints }) => endpoints.map(({ state }) => state)),
    close: () => ambassador.close(),
  };
}
