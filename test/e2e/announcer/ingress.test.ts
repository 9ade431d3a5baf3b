import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { systemClock } from '@mdns-ambassador/mdns';
import { Uncaught } from '@mdns-ambassador/testkit';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createIngress, type Ingress, type IngressOptions } from '../../../packages/announcer/src/ingress.ts';
import { IngressTally } from '../../../packages/announcer/src/ingress-tally.ts';
import { Door, Mesh, MeshDialler, MeshKey } from '../../../packages/mesh/src/index.ts';
import type { Prologue } from '../../../packages/relay/src/prologue.ts';
import { Room } from '../../../packages/relay/src/room.ts';

const ANNOUNCED = '127.0.0.1';
const NOT_ANNOUNCED = '127.0.0.2';

/** A service on loopback whose connections the test holds. */
class Service {
  readonly server: Server = createServer({ allowHalfOpen: true });
  readonly connections: Socket[] = [];

  async start(): Promise<void> {
    this.server.on('connection', (socket) => {
      socket.on('error', () => undefined);
      this.connections.push(socket);
    });
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  get port(): number {
    return portOf(this.server);
  }

  async accepted(): Promise<Socket> {
    const [first] = this.connections;
    if (first !== undefined) return first;
    const [socket] = await once(this.server, 'connection');
    return socket;
  }

  async close(): Promise<void> {
    for (const socket of this.connections) socket.destroy();
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
  }
}

let service: Service;
let ingress: Ingress | undefined;

beforeEach(async () => {
  service = new Service();
  await service.start();
});

afterEach(async () => {
  await ingress?.close();
  ingress = undefined;
  await service.close();
});

async function open(changes: Partial<IngressOptions> = {}): Promise<Ingress> {
  const { port } = service;
  ingress = createIngress({
    clock: systemClock,
    targets: () => [{ kind: 'tcp', address: '127.0.0.1', port }],
    isAnnounced: (address) => address === ANNOUNCED || address === '::1',
    prologues: () => [],
    places: 100,
    enter: () => () => undefined,
    preferredPort: 0,
    tally: new IngressTally(),
    ...changes,
  });
  await ingress.listen();
  return ingress;
}

function beginDial(address: string = ANNOUNCED): Socket {
  return connect({ host: address, port: ingress?.port ?? 0, allowHalfOpen: true });
}

async function dialIngress(address: string = ANNOUNCED): Promise<Socket> {
  const socket = beginDial(address);
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  return socket;
}

function connectTo(port: number, host: string = ANNOUNCED): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => resolve('connected')).once('error', (error) => resolve(Reflect.get(error, 'code')));
    socket.once('connect', () => socket.destroy());
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** How a connection ended: with an end, or with the code of its error. */
function fateOf(socket: Socket): Promise<string> {
  socket.resume();
  return new Promise((resolve) => {
    socket.once('end', () => resolve('ended'));
    socket.on('error', (error) => resolve('code' in error ? String(error.code) : error.message));
  });
}

async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  await once(socket, 'end');
  return text;
}

describe('What passes through', () => {
  test('bytes go both ways, and a half-close is passed on as one', async () => {
    await open();
    const client = await dialIngress();
    client.end('question');
    const upstream = await service.accepted();
    expect(await readAll(upstream)).toBe('question');
    upstream.end('late answer');
    expect(await readAll(client)).toBe('late answer');
  });

  test('a reset of the service is a reset for the client', async () => {
    await open();
    const client = await dialIngress();
    const fate = fateOf(client);
    (await service.accepted()).resetAndDestroy();
    expect(await fate).toBe('ECONNRESET');
  });

  test('a reset of the client is a reset for the service', async () => {
    await open();
    const client = await dialIngress();
    const fate = fateOf(await service.accepted());
    client.resetAndDestroy();
    expect(await fate).toBe('ECONNRESET');
  });

  test('the same port serves IPv6', async () => {
    await open();
    const client = await dialIngress('::1');
    client.end('over IPv6');
    expect(await readAll(await service.accepted())).toBe('over IPv6');
    (await service.accepted()).end();
  });
});

describe('What is refused', () => {
  test('a connection to an address that is not announced never reaches the service', async () => {
    await open();
    expect(await fateOf(beginDial(NOT_ANNOUNCED))).toBe('ECONNRESET');
    expect(service.connections).toHaveLength(0);
  });

  test('when the service is down, the client sees a reset and no clean end', async () => {
    await open();
    await service.close();
    expect(await fateOf(beginDial())).toBe('ECONNRESET');
    expect(ingress?.connections).toBe(0);
  });

  test('before the service was found there is nowhere to go', async () => {
    await open({ targets: () => [] });
    expect(await fateOf(beginDial())).toBe('ECONNRESET');
  });

  test('the next target is dialled when the first does not answer', async () => {
    const { port } = service;
    await open({
      targets: () => [
        { kind: 'tcp', address: '127.0.0.3', port },
        { kind: 'tcp', address: '127.0.0.1', port },
      ],
    });
    await dialIngress();
    await service.accepted();
    expect(ingress?.connections).toBe(1);
  });

  test('connections for which there is no place are closed and told of, the others go on and leave their place', async () => {
    const room = new Room(1);
    const share = room.open();
    let told = 0;
    await open({ enter: () => share.enter(), onFull: () => (told += 1) });
    const first = await dialIngress();
    await service.accepted();
    expect(await fateOf(beginDial())).toMatch(/ended|ECONNRESET/);
    expect(told).toBe(1);
    first.end('still here');
    const accepted = await service.accepted();
    expect(await readAll(accepted)).toBe('still here');
    accepted.end();
    await expect.poll(() => room.taken).toBe(0);
  });
});

test('each client of a proxy takes a place from its beginning, beside that of the connection which they share', async () => {
  const mesh = new Mesh({ kind: 'keys', current: new MeshKey(Buffer.alloc(32, 7)) }, { clock: systemClock });
  const member = await mesh.join('announce', 'thing');
  const door = new Door({ member, clock: systemClock, onEvent: () => undefined });
  const dialler = new MeshDialler({ mesh, service: 'thing', warm: 0 });
  onTestFinished(() => {
    dialler.close();
    door.close();
    member.close();
  });
  const room = new Room(2);
  const share = room.open();
  let told = 0;
  const { port } = await open({ door, enter: () => share.enter(), onFull: () => (told += 1) });
  const dial = (): Promise<Duplex> =>
    dialler.dial({ kind: 'tcp', address: ANNOUNCED, port }, new AbortController().signal);
  const first = await dial();
  expect(room.taken).toBe(2);
  await expect(dial()).rejects.toMatchObject({ code: 'MESH_BUSY' });
  expect(told).toBeGreaterThan(0);
  first.destroy();
  await expect.poll(() => room.taken).toBe(1);
  (await dial()).destroy();
});

describe('Prologues', () => {
  test('run in order on the pair before a byte passes', async () => {
    const ran: string[] = [];
    const note = (name: string): Prologue => ({
      name,
      run: async (_client, upstream) => {
        ran.push(name);
        return upstream;
      },
    });
    await open({ prologues: () => [note('mesh'), note('credentials')] });
    const client = await dialIngress();
    client.end('hello');
    expect(await readAll(await service.accepted())).toBe('hello');
    expect(ran).toEqual(['mesh', 'credentials']);
    (await service.accepted()).end();
  });

  test('one that rejects resets both sides', async () => {
    await open({ prologues: () => [{ name: 'mesh', run: () => Promise.reject(new Error('stranger')) }] });
    const client = await dialIngress();
    expect(await fateOf(client)).toBe('ECONNRESET');
    expect(ingress?.connections).toBe(0);
  });
});

test('a port that is taken is left alone until it is free: another one is listened on as well', async () => {
  const owner = createServer().listen(0);
  onTestFinished(() => void owner.close());
  await once(owner, 'listening');
  const preferredPort = portOf(owner);
  const opened = await open({ preferredPort });
  expect(opened.port).not.toBe(preferredPort);
  (await dialIngress()).destroy();
  owner.close();
  await expect.poll(() => connectTo(preferredPort), { timeout: 20_000 }).toBe('connected');
  await opened.close();
  for (const port of [preferredPort, opened.port]) expect(await connectTo(port)).toBe('ECONNREFUSED');
});

test('at rest it refuses, carries on with who is there, and listens on the same port again', async () => {
  const opened = await open();
  const { port } = opened;
  const client = await dialIngress();
  const upstream = await service.accepted();
  await opened.rest();
  for (const address of [ANNOUNCED, '::1']) expect(await connectTo(port, address)).toBe('ECONNREFUSED');
  await opened.listen();
  await opened.listen();
  expect(opened.port).toBe(port);
  for (const address of [ANNOUNCED, '::1']) expect(await connectTo(port, address)).toBe('connected');
  client.end('still here');
  expect(await readAll(upstream)).toBe('still here');
  upstream.end();
});

test('a port that was taken while it was at rest is left alone: another one is listened on', async () => {
  const opened = await open();
  const { port } = opened;
  await opened.rest();
  const owner = createServer((socket) => socket.destroy()).listen(port);
  onTestFinished(() => void owner.close());
  await once(owner, 'listening');
  await opened.listen();
  expect(opened.port).not.toBe(port);
  expect(await connectTo(opened.port)).toBe('connected');
});

test('what is asked for last counts, and nothing listens after the end', async () => {
  const opened = await open();
  const { port } = opened;
  void opened.rest();
  void opened.listen();
  await opened.rest();
  expect(await connectTo(port)).toBe('ECONNREFUSED');
  void opened.listen();
  await opened.close();
  await opened.listen();
  expect(await connectTo(port)).toBe('ECONNREFUSED');
});

describe('The end', () => {
  test('a drain refuses new connections and lets the others finish', async () => {
    const opened = await open();
    const client = await dialIngress();
    const upstream = await service.accepted();
    const drained = opened.drain(10_000);
    await expect
      .poll(() =>
        dialIngress().then(
          (socket) => socket.destroy(),
          (error) => error.code,
        ),
      )
      .toBe('ECONNREFUSED');
    client.end('last words');
    expect(await readAll(upstream)).toBe('last words');
    upstream.end();
    client.resume();
    const { finished, reset } = await drained;
    // Who only looked whether it still listens may have been carried, too.
    expect(finished).toBeGreaterThanOrEqual(1);
    expect(reset).toBe(0);
  });

  test('what has not finished when the drain times out is reset', async () => {
    const opened = await open();
    const client = await dialIngress();
    await service.accepted();
    const fate = fateOf(client);
    expect(await opened.drain(50)).toEqual({ finished: 0, reset: 1 });
    expect(await fate).toBe('ECONNRESET');
  });

  test('close resets what is open and frees the port', async () => {
    const opened = await open();
    const client = await dialIngress();
    await service.accepted();
    const fate = fateOf(client);
    await opened.close();
    expect(await fate).toBe('ECONNRESET');
    await expect(dialIngress()).rejects.toThrow(/ECONNREFUSED/);
  });

  test('a prologue that hangs does not keep close from ending', async () => {
    const opened = await open({
      prologues: () => [{ name: 'mesh', run: (_client, _upstream, signal) => hangUntil(signal) }],
    });
    const client = await dialIngress();
    const fate = fateOf(client);
    await service.accepted();
    await opened.close();
    expect(await fate).toBe('ECONNRESET');
  });
});

function hangUntil(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}

test.each(['isAnnounced', 'enter', 'targets'] as const)(
  'an error of ours in %s resets that client, and the next is served',
  async (broken) => {
    using uncaught = new Uncaught();
    let isBroken = true;
    const fail = (): never => {
      throw new Error('broken');
    };
    const { port } = service;
    const right: Pick<IngressOptions, typeof broken> = {
      isAnnounced: () => true,
      enter: () => () => undefined,
      targets: () => [{ kind: 'tcp', address: '127.0.0.1', port }],
    };
    await open({ ...right, [broken]: () => (isBroken ? fail() : Reflect.apply(right[broken], undefined, [''])) });
    const client = beginDial();
    client.on('error', () => undefined);
    await new Promise((resolve) => client.once('close', resolve));
    expect(uncaught.errors).toEqual([new Error('broken')]);
    expect(ingress?.connections).toBe(0);
    isBroken = false;
    const next = await dialIngress();
    await service.accepted();
    next.destroy();
  },
);
