import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { type DnsServer, systemDnsTransport } from '@mdns-ambassador/registries';
import { afterEach, expect, test } from 'vitest';

const QUERY = new TextEncoder().encode('a query');
const HOST = '127.0.0.1';
const opened: (UdpSocket | Server)[] = [];

afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

async function listenOnUdp(): Promise<{ readonly socket: UdpSocket; readonly server: DnsServer }> {
  const socket = createSocket('udp4');
  opened.push(socket);
  socket.bind(0, HOST);
  await once(socket, 'listening');
  return { socket, server: { host: HOST, port: socket.address().port } };
}

/** Answers the first query with these pieces, one after another, and then ends where told so. */
async function listenOnTcp(
  pieces: readonly Uint8Array[],
  isEnding: boolean,
): Promise<DnsServer & { readonly left: Promise<unknown> }> {
  const listener = createServer();
  opened.push(listener);
  const left = once(listener, 'connection').then(async ([socket]) => {
    socket.on('error', () => undefined);
    const [query] = await once(socket, 'data');
    expect(query.toString('latin1')).toBe(`\x00\x07a query`);
    socket.setNoDelay(true);
    for (const piece of pieces) await new Promise((resolve) => socket.write(piece, resolve));
    if (isEnding) socket.end();
    await once(socket, 'close');
  });
  listener.listen(0, HOST);
  await once(listener, 'listening');
  const place = listener.address();
  return { host: HOST, port: typeof place === 'object' && place !== null ? place.port : 0, left };
}

function countUdpSockets(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource.startsWith('UDP')).length;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

test('over UDP only the server that was asked is heard, and only what is accepted', async () => {
  const { socket, server } = await listenOnUdp();
  const { socket: stranger } = await listenOnUdp();
  socket.on('message', (query, { port }) => {
    expect(text(query)).toBe('a query');
    stranger.send('accept me', port, HOST, () => {
      socket.send('not this', port, HOST, () => socket.send('accept this', port, HOST));
    });
  });
  const heard: string[] = [];
  const isAnswer = (bytes: Uint8Array): boolean => {
    heard.push(text(bytes));
    return text(bytes).startsWith('accept');
  };
  const answer = await systemDnsTransport.askOverUdp(server, QUERY, isAnswer, AbortSignal.timeout(60_000));
  expect(text(answer)).toBe('accept this');
  expect(heard).toEqual(['not this', 'accept this']);
});

test('every question has a source port of its own', async () => {
  const { socket, server } = await listenOnUdp();
  const ports = new Set<number>();
  socket.on('message', (query, { port }) => {
    ports.add(port);
    socket.send(query, port, HOST);
  });
  const ask = () => systemDnsTransport.askOverUdp(server, QUERY, () => true, AbortSignal.timeout(60_000));
  await Promise.all(Array.from({ length: 8 }, ask));
  expect(ports.size).toBe(8);
});

test('over UDP a closed port is told at once', async () => {
  const { socket, server } = await listenOnUdp();
  socket.close();
  opened.pop();
  const asked = systemDnsTransport.askOverUdp(server, QUERY, () => true, AbortSignal.timeout(60_000));
  await expect(asked).rejects.toThrow(/ECONNREFUSED/);
});

test('a host name that is none is an error', async () => {
  const server = { host: 'x'.repeat(300), port: 53 };
  await expect(systemDnsTransport.askOverUdp(server, QUERY, () => true, AbortSignal.timeout(60_000))).rejects.toThrow();
});

test('what is given up ends with the reason, over UDP and TCP, before it began too', async () => {
  const { server } = await listenOnUdp();
  const quiet = await listenOnTcp([], false);
  const stop = new AbortController();
  const openBefore = countUdpSockets();
  const asked = [
    systemDnsTransport.askOverUdp(server, QUERY, () => true, stop.signal),
    systemDnsTransport.askOverTcp(quiet, QUERY, stop.signal),
  ];
  const outcomes = Promise.allSettled(asked);
  stop.abort(new Error('enough'));
  const late = [
    systemDnsTransport.askOverUdp(server, QUERY, () => true, stop.signal),
    systemDnsTransport.askOverTcp(quiet, QUERY, stop.signal),
  ];
  for (const outcome of [...(await outcomes), ...(await Promise.allSettled(late))]) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'enough' } });
  }
  await expect.poll(countUdpSockets).toBeLessThanOrEqual(openBefore);
});

test('over TCP an answer may come in pieces, and the connection is closed then', async () => {
  const server = await listenOnTcp(
    [[0], [3], [0x61], [0x62, 0x63, 0x64]].map((bytes) => Uint8Array.from(bytes)),
    false,
  );
  const answer = await systemDnsTransport.askOverTcp(server, QUERY, AbortSignal.timeout(60_000));
  expect(text(answer)).toBe('abc');
  await server.left;
});

test('over TCP an end before the answer is an error', async () => {
  const server = await listenOnTcp([Uint8Array.from([0, 9, 1])], true);
  const asked = systemDnsTransport.askOverTcp(server, QUERY, AbortSignal.timeout(60_000));
  await expect(asked).rejects.toThrow(/without an answer/);
});
