import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createSystemHost } from '../../../packages/announcer/src/system-host.ts';
import { createHttpCheck } from '../../../packages/checks/src/http.ts';
import { createPostgresCheck } from '../../../packages/checks/src/postgres.ts';
import { createRedisCheck } from '../../../packages/checks/src/redis.ts';
import { createTcpCheck } from '../../../packages/checks/src/tcp.ts';
import { Room } from '../../../packages/relay/src/room.ts';

const host = createSystemHost({
  platform: process.platform,
  environment: process.env,
  kill: (pid, signal) => process.kill(pid, signal),
  interfaces: () => [],
  room: new Room(10),
});
const signal = () => AbortSignal.timeout(60_000);

async function listenHttp(status: number) {
  const sockets = { errors: 0 };
  const server = createServer((_request, response) => response.writeHead(status).end('x'.repeat(10_000)));
  server.on('connection', (socket) => socket.on('error', () => (sockets.errors += 1)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const target = { kind: 'tcp', address: '127.0.0.1', port: (server.address() as AddressInfo).port } as const;
  const close = () => new Promise((resolve) => server.close(resolve));
  return { server, sockets, target, [Symbol.asyncDispose]: async () => void (await close()) };
}

test('A real HTTP server is judged by its status, and sees no reset', async () => {
  await using well = await listenHttp(200);
  await using unwell = await listenHttp(500);
  expect(await createHttpCheck(well.target, '/', host.dial).run(signal())).toEqual({ ok: true });
  expect(await createHttpCheck(unwell.target, '/', host.dial).run(signal())).toMatchObject({ ok: false });
  expect(well.sockets.errors + unwell.sockets.errors).toBe(0);
});

test('A bare connect is closed politely', async () => {
  await using http = await listenHttp(200);
  for (let time = 0; time < 20; time++) {
    expect(await createTcpCheck(http.target, host.dial).run(signal())).toEqual({ ok: true });
  }
  await expect.poll(() => new Promise((resolve) => http.server.getConnections((_, count) => resolve(count)))).toBe(0);
  expect(http.sockets.errors).toBe(0);
});

test('An HTTP server is neither redis nor PostgreSQL', async () => {
  await using http = await listenHttp(200);
  expect(await createRedisCheck(http.target, host.dial).run(signal())).toMatchObject({ ok: false });
  expect(await createPostgresCheck(http.target, host.dial).run(signal())).toMatchObject({ ok: false });
});

test('A port on which nobody listens is told with its address', async () => {
  const { target, ...http } = await listenHttp(200);
  await http[Symbol.asyncDispose]();
  expect(await createTcpCheck(target, host.dial).run(signal())).toEqual({
    ok: false,
    fault: 'absent',
    reason: `nothing listens on 127.0.0.1:${target.port} (connection refused)`,
  });
});

test('The machine’s addresses and names are its own', async () => {
  expect(host.addresses()).toContain('127.0.0.1');
  expect(await host.lookup('localhost')).toContain('127.0.0.1');
  await expect(host.lookup('no-such-name.invalid')).rejects.toThrow();
});
