import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { connectTo, ManualClock, readToEnd, TcpService } from '@mdns-ambassador/testkit';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createNodeEngine, type Endpoint, type Engine } from '../../../packages/ambassador/src/index.ts';
import { createInjection, Secret } from '../../../packages/credentials/src/index.ts';
import { CERTIFICATE, CERTIFICATE_KEY } from '../../../packages/credentials/test/test-certificate.ts';
import { type Caller, Door, Mesh, MeshDialler, MeshKey } from '../../../packages/mesh/src/index.ts';
import { Unacknowledged } from '../../../packages/relay/src/index.ts';

const ASKED = 'PING\r\n';
const ANSWER = '+OK\r\n';
/** Longer than an answer may take before its endpoint is doubted. */
const LONG_MS = 6_000;
const CLOCK = Object.assign(new ManualClock(), { wallClock: () => Date.now() });

type EngineOptions = Parameters<typeof createNodeEngine>[0];

interface Way {
  /** Answers whatever comes over an accepted connection while `isAwake`. */
  readonly serve: (socket: Socket, answer: () => string) => void;
  readonly options: Partial<EngineOptions>;
  /** All clients are on one connection to the service. */
  readonly isShared?: boolean;
}

const ends: (() => unknown)[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  for (const end of ends.splice(0).toReversed()) await end();
});

const WAYS: Readonly<Record<string, () => Promise<Way>>> = {
  plain: async () => ({
    serve: (socket, answer) => socket.on('data', () => socket.write(answer())),
    options: {},
  }),
  'of a mesh': () => arrangeMesh(['ambassador/2']),
  'of a mesh, of a former version': () => arrangeMesh(['ambassador/1']),
  'behind verified TLS, logged in': async () => {
    const secret = new Secret(Buffer.from('sesame'));
    const password = {
      name: '/secret',
      current: secret,
      async *candidates() {
        yield secret;
      },
    };
    const tls = { ca: CERTIFICATE, serverName: 'db.test' };
    const context = { now: () => performance.now(), onEvent: () => undefined };
    const { prologues } = createInjection({ protocol: 'redis', password, tls }, context);
    return {
      serve: (socket, answer) => {
        const secure = new TLSSocket(socket, { isServer: true, key: CERTIFICATE_KEY, cert: CERTIFICATE });
        secure.on('error', () => undefined).on('data', () => secure.write(answer()));
      },
      options: { prologues },
    };
  },
};

/** An engine before one endpoint, `a`, and the places of its connections to it, as the endpoint sees them. */
async function open({ serve, options }: Way) {
  const service = { isSilent: false, asked: 0 };
  const ports: number[] = [];
  const tcp = await TcpService.start((socket) => {
    ports.push(socket.remotePort ?? 0);
    serve(socket, () => {
      service.asked += 1;
      return service.isSilent ? '' : ANSWER;
    });
  });
  const endpoint: Endpoint = {
    id: 'a',
    service: 'test',
    addresses: ['127.0.0.1'],
    port: tcp.port,
    source: 'test',
    priority: 0,
    weight: 0,
    secure: false,
    draining: false,
  };
  const picker = {
    pick: ({ exclude }: { exclude: ReadonlySet<string> }) =>
      exclude.has('a') ? ({ kind: 'exhausted' } as const) : ({ kind: 'endpoint', endpoint } as const),
    waitForEndpoint: () => new Promise<void>(() => undefined),
    opened: () => () => {},
    dialSucceeded: () => {},
    dialFailed: () => {},
  };
  const engine: Engine = createNodeEngine(
    {
      listen: [{ kind: 'tcp', address: '127.0.0.1', port: 0 }],
      connectTimeoutMs: 20_000,
      maxConnections: 10,
      ...options,
    },
    picker,
  );
  ends.push(
    () => tcp.close(),
    () => engine.close(),
  );
  const [at] = await engine.start();
  const connect = async (): Promise<Socket> => {
    const client = await connectTo(at?.kind === 'tcp' ? at.port : 0);
    ends.push(() => client.destroy());
    expect(await ask(client)).toBe(ANSWER);
    return client;
  };
  return { engine, service, ports, connect };
}

async function ask(client: Socket): Promise<string> {
  client.write(ASKED);
  const [answer] = await once(client, 'data');
  return String(answer);
}

/** The kernel's own table, in which it says of the connection from this port that nobody acknowledges what it sends. */
async function describeLost(port: number): Promise<Unacknowledged> {
  const from = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const table = await readFile('/proc/net/tcp', 'latin1');
  const rows = table.split('\n').map((row) => {
    const fields = row.trim().split(/\s+/);
    if (fields[1]?.endsWith(from) !== true) return row;
    return fields.with(5, '01:00000010').with(6, '00000007').join(' ');
  });
  expect(rows.join('\n')).not.toBe(table);
  return new Unacknowledged([rows.join('\n')]);
}

describe.runIf(process.platform === 'linux')('a connection that is silent', () => {
  test.each(Object.entries(WAYS))('%s: lives, unless the kernel says that nobody acknowledges it', async (_, way) => {
    const path = await way();
    const { engine, service, ports, connect } = await open(path);
    const lost = await connect();
    const slow = await connect();
    const [lostPort = 0] = ports;

    // Asked, and not answered for long: it is doubted that somebody is there, and nothing is cut for it.
    expect([...engine.listUnanswered().keys()]).toEqual([]);
    Object.assign(service, { isSilent: true, asked: 0 });
    slow.write(ASKED);
    await expect.poll(() => service.asked).toBe(1);
    const now = performance.now.bind(performance);
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + LONG_MS);
    expect([...engine.listUnanswered().keys()]).toEqual(['a']);
    clock.mockRestore();
    expect(await engine.resetUnacknowledged('a')).toBe(0);
    service.isSilent = false;
    expect(await ask(slow)).toBe(ANSWER);

    const table = await describeLost(lostPort);
    vi.spyOn(Unacknowledged, 'read').mockImplementation(async () => table);
    const ending = readToEnd(lost);
    const slowEnding = path.isShared === true ? readToEnd(slow) : undefined;
    expect(await engine.resetUnacknowledged('a')).toBe(path.isShared === true ? 2 : 1);
    expect(await ending).toEqual({ kind: 'broken', code: 'ECONNRESET' });
    if (slowEnding !== undefined) {
      expect(await slowEnding).toEqual({ kind: 'broken', code: 'ECONNRESET' });
      return;
    }
    expect(await ask(slow)).toBe(ANSWER);
  });
});

async function arrangeMesh(protocols: readonly string[]): Promise<Way> {
  const mesh = new Mesh({ kind: 'keys', current: new MeshKey(Buffer.alloc(32, 7)) }, { clock: CLOCK });
  const member = await mesh.join('announce', 'test');
  const door = new Door({ member, clock: CLOCK, protocols, onEvent: () => undefined });
  const dialler = new MeshDialler({ mesh, service: 'test', warm: 0 });
  ends.push(() => {
    dialler.close();
    door.close();
    member.close();
  });
  return {
    isShared: protocols.includes('ambassador/2'),
    serve: (socket, answer) => {
      socket.pause();
      const meet = ({ leg, answer: letIn }: Caller): void => {
        letIn('ready');
        leg.on('error', () => undefined).on('data', () => leg.write(answer()));
        leg.resume();
      };
      void door.admit(socket, new AbortController().signal).then((admitted) => {
        if (admitted.kind === 'caller') meet(admitted);
        else admitted.receive((arrival) => void arrival.hear().then(meet));
      });
    },
    options: {
      dialler: {
        startDial: (target, timeoutMs, onSettled) => dialler.startDial(target, timeoutMs, onSettled),
        patienceMs: LONG_MS,
        close: () => dialler.close(),
      },
    },
  };
}
