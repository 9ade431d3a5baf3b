import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { systemClock } from '@mdns-ambassador/mdns';
import {
  createEnsembleSessions,
  createEtcdRegistry,
  createSystemTransport,
  createZooKeeperRegistry,
  type Registry,
} from '@mdns-ambassador/registries';
import { afterEach, describe, expect, test } from 'vitest';

/** Servers that are no ZooKeeper and no etcd, or broken ones: they are given up politely, and nothing else happens. */
const HOST = '127.0.0.1';
const FOLDER = '/services/thing';
/** What happens in this time is counted, so it is waited out. */
const WATCHED_MS = 3_000;
/** A client that tries again at once comes some thousand times. */
const MOST_PER_SECOND = 20;
/** Of one processor, for all of them and their servers, where {@link measureWork} takes WORK_MS. */
const MOST_CPU = 0.75;
const WORK_MS = 100;
/** Lines of 16 MiB, and what the servers themselves hold. */
const MOST_GROWTH_BYTES = 300 * 1024 * 1024;

const CONNECTED = `000000250000000000002710000000000000000700000010${'00'.repeat(16)}00`;
const EXPIRED = `000000250000000000000000000000000000000000000010${'00'.repeat(16)}00`;
/** Answers to the request that has `xid`, once this one is connected. */
const reply = (payload: string) => (xid: string) => frame(`${xid}${'00'.repeat(8)}00000000${payload}`);

const opened: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((close) => close()));
});

/** Tells what came of `connections` when it was asked to. */
interface Hostile {
  readonly port: number;
  readonly connections: () => number;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, HOST);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function serve(treat: (socket: Socket) => void): Promise<Hostile> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    treat(socket);
  });
  const port = await listen(server);
  opened.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port, connections: () => connections };
}

async function serveHttp(treat: RequestListener): Promise<Hostile> {
  let requests = 0;
  const server = createHttpServer((request, response) => {
    requests += 1;
    response.on('error', () => undefined);
    treat(request, response);
  });
  const port = await listen(server);
  opened.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port, connections: () => requests };
}

function openZooKeeper(...ports: readonly number[]): Registry {
  const shared = { clock: systemClock, random: Math.random };
  const servers = ports.map((port) => ({ host: HOST, port }));
  const openSession = createEnsembleSessions({ ...shared, servers, sessionTimeoutMs: 3_000 });
  return createZooKeeperRegistry({ ...shared, openSession });
}

function openEtcd(...ports: readonly number[]): Registry {
  const transport = createSystemTransport(ports.map((port) => `http://${HOST}:${port}`));
  return createEtcdRegistry({ clock: systemClock, random: Math.random, transport });
}

interface Endured {
  readonly name: string;
  readonly perSecond: number;
}

/** Follows and holds at all of them for a while: who was asked too often. Fails where this needs more than a bit of the machine. */
async function endure(all: readonly (readonly [string, Hostile, Registry])[]): Promise<readonly Endured[]> {
  let told = 0;
  for (const [, , registry] of all) {
    opened.push(() => registry.close());
    registry.follow(FOLDER, () => {
      told += 1;
    });
    registry.hold(FOLDER, 'h1', () => undefined).write('10.0.0.1:7000');
  }
  for (const [name, { connections }] of all) await expect.poll(connections, { message: name }).toBeGreaterThan(0);
  const asked = all.map(([, { connections }]) => connections());
  const beganAt = performance.now();
  const memory = process.memoryUsage();
  const busy = process.cpuUsage();
  told = 0;
  await new Promise((resolve) => setTimeout(resolve, WATCHED_MS));
  const seconds = (performance.now() - beganAt) / 1_000;
  const { user, system } = process.cpuUsage(busy);
  const slowness = Math.max(1, measureWork() / WORK_MS);
  expect((user + system) / 1_000_000).toBeLessThan(MOST_CPU * slowness * seconds);
  const { heapUsed, external } = process.memoryUsage();
  expect(heapUsed + external - memory.heapUsed - memory.external).toBeLessThan(MOST_GROWTH_BYTES);
  expect(told / seconds / all.length).toBeLessThan(MOST_PER_SECOND);
  return all
    .map(([name, { connections }], index) => ({ name, perSecond: (connections() - (asked[index] ?? 0)) / seconds }))
    .filter(({ perSecond }) => perSecond > MOST_PER_SECOND);
}

/** What a piece of work takes a processor of this machine, in milliseconds. */
function measureWork(): number {
  const busy = process.cpuUsage();
  let sum = 0;
  for (let step = 0; step < 20_000_000; step += 1) sum = (sum * 31 + step) % 1_000_003;
  expect(sum).toBeGreaterThan(0);
  const { user, system } = process.cpuUsage(busy);
  return (user + system) / 1_000;
}

function frame(body: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length / 2);
  return Buffer.concat([length, Buffer.from(body, 'hex')]);
}

/** Takes a session, then answers whatever is asked. */
function connectThen(answer: (xid: string, socket: Socket) => Buffer | undefined): (socket: Socket) => void {
  return (socket) => {
    let received = Buffer.alloc(0);
    let isSession = false;
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      while (received.length >= 4 && received.length >= 4 + received.readInt32BE()) {
        const request = received.subarray(4, 4 + received.readInt32BE());
        received = received.subarray(4 + received.readInt32BE());
        const said = isSession ? answer(request.subarray(0, 4).toString('hex'), socket) : Buffer.from(CONNECTED, 'hex');
        isSession = true;
        if (said !== undefined && !socket.destroyed) socket.write(said);
      }
    });
  };
}

function sayAndStay(hex: string): (socket: Socket) => void {
  return (socket) => socket.write(Buffer.from(hex, 'hex'));
}

describe('a server that is no ZooKeeper', () => {
  const answers: readonly (readonly [string, (socket: Socket) => void])[] = [
    ['is silent', () => undefined],
    ['ends each connection', (socket) => socket.end()],
    ['resets each connection', (socket) => socket.resetAndDestroy()],
    ['speaks HTTP', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['sends half a frame', sayAndStay(CONNECTED.slice(0, 30))],
    ['claims a frame of 2 GiB', sayAndStay('7fffffff')],
    ['claims a frame of -5 bytes', sayAndStay(`fffffffb${'00'.repeat(64)}`)],
    ['claims a password of 2 GiB', sayAndStay('00000014000000000000271000000000000000077fffffff')],
    ['has every session expired', sayAndStay(EXPIRED)],
    ['grants a session of a millisecond', sayAndStay(CONNECTED.replace('00002710', '00000001'))],
    ['takes each session and ends the connection', (socket) => socket.end(Buffer.from(CONNECTED, 'hex'))],
    [
      'takes each session and sends what nobody asked for',
      (socket) => socket.write(Buffer.concat([Buffer.from(CONNECTED, 'hex'), Buffer.alloc(4_096, 0x41)])),
    ],
    [
      'sends a frame of which nothing but the beginning comes, byte by byte',
      (socket) => {
        socket.write(Buffer.from(`${CONNECTED}00800000`, 'hex'));
        const timer = setInterval(() => socket.write('x'), 1);
        socket.on('close', () => clearInterval(timer));
      },
    ],
    ['answers with errors that are none', connectThen((xid) => frame(`${xid}${'00'.repeat(8)}7fffffff`))],
    ['answers out of order', connectThen(() => frame(`000fffff${'00'.repeat(12)}`))],
    [
      'answers the first request and ends the connection',
      connectThen((xid, socket) => {
        socket.end(reply('00'.repeat(100))(xid));
        return undefined;
      }),
    ],
    ['lists as many names as there are numbers', connectThen(reply(`7fffffff${'fffffffc'.repeat(32)}`))],
    ['has values of 2 GiB', connectThen(reply(`7fffffff${'00'.repeat(68)}`))],
  ];

  test('whatever it does: it is asked again now and then, and nothing is thrown, kept or spent', async () => {
    const all = await Promise.all(
      answers.map(async ([name, treat]) => {
        const hostile = await serve(treat);
        return [name, hostile, openZooKeeper(hostile.port)] as const;
      }),
    );
    expect(await endure(all)).toEqual([]);
  });

  test('tells of changes all the time: the folder is read now and then', async () => {
    let requests = 0;
    const notification = frame(`ffffffff${'00'.repeat(12)}0000000400000003${nameOf(FOLDER)}`);
    const hostile = await serve(
      connectThen((xid) => {
        requests += 1;
        // No names; or an answer to whatever else was asked.
        return Buffer.concat([reply(`00000000${'00'.repeat(68)}`)(xid), notification]);
      }),
    );
    const registry = openZooKeeper(hostile.port);
    opened.push(() => registry.close());
    registry.follow(FOLDER, () => undefined);
    await expect.poll(() => requests).toBeGreaterThan(20);
    const beganAt = performance.now();
    requests = 0;
    await new Promise((resolve) => setTimeout(resolve, WATCHED_MS));
    // Each reading is two questions at most.
    expect(requests / ((performance.now() - beganAt) / 1_000)).toBeLessThan(200);
  });
});

function nameOf(path: string): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(path.length);
  return Buffer.concat([length, Buffer.from(path)]).toString('hex');
}

test('an etcd member without its cluster is left for the next one', async () => {
  const cut = await serveHttp((_, response) => response.writeHead(503).end('{"error":"etcdserver: no leader"}'));
  const working = await serveHttp(watchWith(() => undefined));
  const registry = openEtcd(cut.port, working.port);
  opened.push(() => registry.close());
  const heard = new Promise((resolve) => {
    registry.follow(FOLDER, ({ kind }) => kind === 'read' && resolve(kind));
  });
  expect(await heard).toBe('read');
  expect(cut.connections()).toBeLessThanOrEqual(MOST_PER_SECOND);
});

const RANGE = '{"header":{"revision":"5"},"kvs":[]}';
const LEASE = '{"ID":"77","TTL":"10"}';
const KEPT = '{"result":{"ID":"77","TTL":"10"}}';

/** A member that works but for its watch. */
function watchWith(watch: RequestListener): RequestListener {
  return (request, response) => {
    switch (request.url) {
      case '/v3/watch':
        watch(request, response);
        return;
      case '/v3/lease/grant':
        response.end(LEASE);
        return;
      case '/v3/lease/keepalive':
        response.end(KEPT);
        return;
      default:
        response.end(RANGE);
    }
  };
}

describe('a server that is no etcd', () => {
  const answers: readonly (readonly [string, RequestListener])[] = [
    ['is silent', () => undefined],
    ['resets each connection', (request) => request.socket.resetAndDestroy()],
    ['redirects to itself', (request, response) => response.writeHead(307, { location: request.url }).end()],
    ['fails', (_, response) => response.writeHead(500).end('{"error":"etcdserver: no leader","code":14}')],
    ['serves pages', (_, response) => response.end('<html>')],
    ['answers with JSON of another kind', (_, response) => response.end('[null]')],
    ['answers with numbers that are none', (_, response) => response.end('{"header":{"revision":{}},"kvs":7}')],
    [
      'answers without end',
      (_, response) => {
        const timer = setInterval(() => response.write(' '.repeat(65_536)), 20);
        response.on('close', () => clearInterval(timer));
      },
    ],
    ['watches with broken JSON', watchWith((_, response) => response.write('{"result":{"header"\n'))],
    ['ends each watch', watchWith((_, response) => response.end())],
    ['begins each watch and ends it', watchWith((_, response) => response.end('{"result":{"created":true}}\n'))],
    ['fails to watch', watchWith((_, response) => response.writeHead(503).end('{"error":{"message":"no"}}'))],
    ['redirects a watch', watchWith((_, response) => response.writeHead(302, { location: '/v3/watch' }).end())],
    [
      'has compacted whatever is watched',
      watchWith((_, response) => response.end('{"result":{"compact_revision":"9","canceled":true}}\n')),
    ],
    [
      'watches with a line without end',
      watchWith((_, response) => {
        const timer = setInterval(() => response.write('x'.repeat(65_536)), 5);
        response.on('close', () => clearInterval(timer));
      }),
    ],
    [
      'watches with a long line, byte by byte',
      watchWith((_, response) => {
        response.write('x'.repeat(8 * 1024 * 1024));
        const timer = setInterval(() => response.write('x'), 1);
        response.on('close', () => clearInterval(timer));
      }),
    ],
  ];

  test('whatever it does: it is asked again now and then, and nothing is thrown, kept or spent', async () => {
    const all = await Promise.all(
      answers.map(async ([name, treat]) => {
        const hostile = await serveHttp(treat);
        return [name, hostile, openEtcd(hostile.port)] as const;
      }),
    );
    expect(await endure(all)).toEqual([]);
  });
});
