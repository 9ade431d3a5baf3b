import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { BeaconVisits, BeaconWatch } from '../../../packages/relay/src/beacon.ts';
import { listen } from '../../../packages/relay/src/listen.ts';

const AT = { kind: 'tcp', address: '127.0.0.1', port: 0 } as const;

test.runIf(process.platform === 'linux')(
  'a beacon says of its own listener whose proxy it is, to who asks there, and costs nobody a client',
  async () => {
    const clients: number[] = [];
    const onConnection = (socket: Socket): void => {
      clients.push(socket.remotePort ?? 0);
      socket.destroy();
    };
    const options = { at: AT, maxConnections: 8, onConnection };
    const [lit, dark] = await Promise.all([listen({ ...options, beacon: 'thing' }), listen(options)]);
    expect(await new BeaconWatch('linux').find(lit.address)).toBe('thing');
    expect(await new BeaconWatch('linux').find(dark.address)).toBeUndefined();
    expect(clients).toEqual([]);
    await lit.stop();
    await dark.stop();
    expect(await new BeaconWatch('linux').find(lit.address)).toBeUndefined();
  },
);

test.runIf(process.platform === 'linux').each([
  ['127.0.0.2', true],
  ['127.0.0.1', false],
])('who comes from the port of a visit, from %s, is one: %s', async (localAddress, isVisit) => {
  const visits = new BeaconVisits('linux');
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  const visitor = connect({ host: '127.0.0.1', port, localAddress });
  const [socket] = await once(server, 'connection');
  visits.expect(socket.remotePort, 'nonce');
  expect(visits.greet(socket)).toBe(isVisit);
  for (const each of [visitor, socket]) each.destroy();
  await new Promise((resolve) => server.close(resolve));
});

test.runIf(process.platform === 'linux')(
  'a beacon that somebody else lights for a service is not believed, nor waited for twice',
  async () => {
    const service = createServer((socket) => socket.resume().end('a service\n')).listen(0, '127.0.0.1');
    await new Promise((resolve) => service.once('listening', resolve));
    const bound = service.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    let asked = 0;
    const squatter = createServer((socket) => {
      asked += 1;
      socket
        .on('error', () => undefined)
        .resume()
        .end('{"service":"thing"}\n');
    }).listen(`\0ambassador-proxy-127.0.0.1-${port}`);
    await new Promise((resolve) => squatter.once('listening', resolve));
    const watch = new BeaconWatch('linux');
    expect(await watch.find({ ...AT, port })).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(await watch.find({ ...AT, port })).toBeUndefined();
    expect(asked).toBe(1);
    for (const server of [service, squatter]) await new Promise((resolve) => server.close(resolve));
  },
);
