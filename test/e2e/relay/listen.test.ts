import { once } from 'node:events';
import { existsSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectTo, readToEnd, TcpService } from '@mdns-ambassador/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listen, type Target } from '../../../packages/relay/src/index.ts';
import { setOnRead } from '../../../packages/relay/src/user-buffer.ts';

const ANY_PORT: Target = { kind: 'tcp', address: '127.0.0.1', port: 0 };
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function portOf(address: Target): number {
  return address.kind === 'tcp' ? address.port : 0;
}

test('an accepted socket can be read into a buffer of ours, with this Node', async () => {
  const ours = Buffer.alloc(64);
  const read = new Promise<string>((resolve) => {
    const server = createServer({ pauseOnConnect: true }, (socket) => {
      const callback = (length: number): boolean => {
        resolve(ours.toString('latin1', 0, length));
        return true;
      };
      expect(setOnRead(socket, { buffer: () => ours, callback })).toBe(true);
      socket.resume().on('end', () => server.close());
    });
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address();
      if (typeof bound === 'object' && bound !== null) connect(bound.port, '127.0.0.1').end('hello');
    });
  });
  expect(await read).toBe('hello');
});

describe('a TCP listener', () => {
  test('asks first whether somebody answers there, where binding would take his connections from him', async () => {
    const neighbour = createServer((socket) => socket.destroy());
    neighbour.listen(0, '127.0.0.1');
    await once(neighbour, 'listening');
    const address = neighbour.address();
    const at: Target = {
      kind: 'tcp',
      address: '127.0.0.1',
      port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    };
    const asked = once(neighbour, 'connection');
    const options = { at, maxConnections: 1, onConnection: () => undefined, platform: 'darwin' };
    await expect(listen(options)).rejects.toThrow(expect.objectContaining({ code: 'EADDRINUSE' }));
    await asked;
    await new Promise((resolve) => neighbour.close(resolve));
    await using listener = await listen(options);
    expect(listener.address).toEqual(at);
  });

  test('says which port it was given, and accepts until it is stopped', async () => {
    const listener = await listen({ at: ANY_PORT, maxConnections: 10, onConnection: (socket) => socket.end('hello') });
    const client = await connectTo(portOf(listener.address));
    expect(String(await once(client, 'data'))).toBe('hello');
    client.end();
    await Promise.all([listener.stop(), listener.stop()]);
    await expect(connectTo(portOf(listener.address))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('lets established connections go on when it is stopped', async () => {
    const listener = await listen({ at: ANY_PORT, maxConnections: 10, onConnection: (socket) => socket.pipe(socket) });
    const client = await connectTo(portOf(listener.address));
    client.write('a');
    await once(client, 'readable');
    await listener.stop();
    client.end('b');
    expect(await readToEnd(client)).toEqual({ kind: 'ended', bytes: Buffer.from('ab') });
  });

  test('hands over paused sockets', async () => {
    let isPaused: boolean | undefined;
    await using listener = await listen({
      at: ANY_PORT,
      maxConnections: 10,
      onConnection: (socket) => {
        isPaused = socket.isPaused() || socket.readableFlowing === false;
        socket.destroy();
      },
    });
    const client = await connectTo(portOf(listener.address));
    await once(client.resume(), 'end');
    client.destroy();
    expect(isPaused).toBe(true);
  });

  test('closes and counts what is above its limit', async () => {
    let dropped = 0;
    await using listener = await listen({
      at: ANY_PORT,
      maxConnections: 1,
      onConnection: (socket) => socket.write('welcome'),
      onDrop: () => {
        dropped += 1;
      },
    });
    const first = await connectTo(portOf(listener.address));
    await once(first, 'data');
    const second = await connectTo(portOf(listener.address), { allowHalfOpen: false });
    await once(second.resume(), 'close');
    expect(dropped).toBe(1);
    first.destroy();
  });

  test('says in a sentence that the address is in use', async () => {
    const service = await TcpService.start(() => {});
    const at: Target = { kind: 'tcp', address: '127.0.0.1', port: service.port };
    const refused = listen({ at, maxConnections: 1, onConnection: () => {} });
    await expect(refused).rejects.toMatchObject({
      name: 'RelayError',
      code: 'EADDRINUSE',
      message: expect.stringContaining(`127.0.0.1:${service.port} is in use`),
    });
    await service.close();
  });

  test("says in a sentence that the address is not this machine's", async () => {
    const at: Target = { kind: 'tcp', address: '192.0.2.1', port: 0 };
    await expect(listen({ at, maxConnections: 1, onConnection: () => {} })).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
      message: expect.stringContaining('192.0.2.1:0 is not an address of this machine'),
    });
  });
});

describe('a unix listener', () => {
  test('belongs to its owner alone, and leaves no file', async () => {
    const path = join(folder, 'socket');
    const listener = await listen({
      at: { kind: 'unix', path },
      maxConnections: 10,
      onConnection: (it) => it.end('hi'),
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const client = connect({ path });
    expect(String(await once(client, 'data'))).toBe('hi');
    await listener.stop();
    expect(existsSync(path)).toBe(false);
  });

  test('takes the place of a socket file on which nobody answers', async () => {
    const path = join(folder, 'socket');
    await leaveSocketBehind(path);
    const listener = await listen({
      at: { kind: 'unix', path },
      maxConnections: 10,
      onConnection: (it) => it.end('hi'),
    });
    expect(String(await once(connect({ path }), 'data'))).toBe('hi');
    await listener.stop();
  });

  test('leaves a socket alone on which somebody answers', async () => {
    const path = join(folder, 'socket');
    const other = createServer().listen(path);
    await once(other, 'listening');
    const refused = listen({ at: { kind: 'unix', path }, maxConnections: 1, onConnection: () => {} });
    await expect(refused).rejects.toMatchObject({ code: 'EADDRINUSE' });
    other.close();
  });

  test('leaves a file alone that is no socket', async () => {
    const path = join(folder, 'precious');
    writeFileSync(path, 'data');
    const refused = listen({ at: { kind: 'unix', path }, maxConnections: 1, onConnection: () => {} });
    await expect(refused).rejects.toMatchObject({
      code: 'NO_SOCKET',
      message: expect.stringContaining('no socket; write another path'),
    });
    expect(existsSync(path)).toBe(true);
  });

  test('says in a sentence that there is no such directory', async () => {
    const path = join(folder, 'missing', 'socket');
    const refused = listen({ at: { kind: 'unix', path }, maxConnections: 1, onConnection: () => {} });
    await expect(refused).rejects.toMatchObject({ message: expect.stringContaining(path) });
  });
});

/** As a process does that was killed: libuv would remove the file at close. */
async function leaveSocketBehind(path: string): Promise<void> {
  const server = createServer().listen(`${path}.live`);
  await once(server, 'listening');
  renameSync(`${path}.live`, path);
  server.close();
  await once(server, 'close');
}
