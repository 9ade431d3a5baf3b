import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connectTo, readToEnd, TcpService } from '@mdns-ambassador/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { dial, type Listener, listen, type Splice, splice } from '../../../packages/relay/src/index.ts';

const SLOW_READERS = 50;
/** Of them all, however much there is to read. */
const SLOW_READERS_BYTES = 10 * 1024 * 1024;
/** Where nothing has moved for so long, nothing will. */
const STILL_MS = 250;

let service: TcpService;
let listener: Listener;
let splices: Splice[] = [];
let legs: Socket[] = [];

/** A relay in front of a service that does this with each connection. */
async function relayTo(behave: (socket: Socket) => void): Promise<number> {
  service = await TcpService.start(behave);
  splices = [];
  legs = [];
  listener = await listen({
    at: { kind: 'tcp', address: '127.0.0.1', port: 0 },
    maxConnections: 1000,
    onConnection: (client) => {
      client.on('error', () => {});
      void dial({ kind: 'tcp', address: '127.0.0.1', port: service.port }, { timeoutMs: 60_000 }).then((upstream) => {
        legs.push(client, upstream);
        splices.push(splice(client, upstream));
      });
    },
  });
  return listener.address.kind === 'tcp' ? listener.address.port : 0;
}

function countFiles(): number {
  return readdirSync('/proc/self/fd').length;
}

/** Reads and rests by turns, and gives the digest of all that came. */
async function hashInFits(socket: Socket): Promise<string> {
  const hash = createHash('sha256');
  let unrested = 0;
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    hash.update(chunk);
    unrested += chunk.length;
    if (unrested < 1024 * 1024) continue;
    unrested = 0;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return hash.digest('hex');
}

/** Until somebody who does not read has everybody wait: bytes have passed, and none do any more. */
async function awaitStandstill(): Promise<void> {
  const passed = (): number => splices.reduce((sum, { bytesUp, bytesDown }) => sum + bytesUp + bytesDown, 0);
  let last = 0;
  const isStill = (): boolean => {
    const before = last;
    last = passed();
    return last > 0 && last === before;
  };
  await expect.poll(isStill, { interval: STILL_MS }).toBe(true);
}

/** Sockets, among others. */
let before = 0;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  before = process.platform === 'linux' ? countFiles() : 0;
});
afterEach(async () => {
  vi.useRealTimers();
  await listener.stop();
  for (const live of splices) live.reset();
  await Promise.all(splices.map(({ finished }) => finished));
  await service.close();
  if (process.platform === 'linux') await expect.poll(countFiles).toBeLessThanOrEqual(before);
});

describe('a reset', () => {
  test('behind data that a slow client has not read yet is still a reset', async () => {
    const port = await relayTo((socket) => socket.write(Buffer.alloc(8 * 1024 * 1024)));
    const arriving = service.next();
    const client = await connectTo(port);
    const upstream = await arriving;
    await awaitStandstill();
    upstream.resetAndDestroy();
    await once(upstream, 'close');
    expect(await readToEnd(client)).toMatchObject({ kind: 'broken', code: 'ECONNRESET' });
  });

  test('of a client frees an upstream that reads nothing', async () => {
    const port = await relayTo((socket) => socket.pause());
    const client = await connectTo(port);
    const arriving = service.next();
    client.write(Buffer.alloc(16 * 1024 * 1024));
    const upstream = await arriving;
    await awaitStandstill();
    client.resetAndDestroy();
    await once(client, 'close');
    // The reset is on its way to the relay, which looks whenever its timer fires.
    let isOver = false;
    void splices[0]?.finished.then(() => {
      isOver = true;
    });
    const isOverNow = (): boolean => {
      vi.advanceTimersByTime(30_000);
      return isOver;
    };
    await expect.poll(isOverNow).toBe(true);
    expect(await readToEnd(upstream)).toMatchObject({ kind: 'broken', code: 'ECONNRESET' });
  });

  test('asked for in the turn in which a side is shut down closes that side too', async () => {
    const port = await relayTo((socket) => socket.end());
    const client = await connectTo(port);
    client.resume();
    await once(client, 'end');
    client.end();
    splices[0]?.reset();
    await splices[0]?.finished;
  });
});

describe('a large transfer', () => {
  test('to a client that had ended arrives whole', async () => {
    const size = 32 * 1024 * 1024;
    const port = await relayTo((socket) => {
      socket.resume().once('end', () => socket.end(Buffer.alloc(size, 7)));
    });
    const client = await connectTo(port);
    client.end('all please');
    const reading = await readToEnd(client);
    expect(reading.kind === 'ended' && reading.bytes.equals(Buffer.alloc(size, 7))).toBe(true);
    await expect(splices[0]?.finished).resolves.toEqual({ kind: 'ended' });
    expect([splices[0]?.bytesUp, splices[0]?.bytesDown]).toEqual([10, size]);
  });
});

describe('backpressure', () => {
  test.each(['down', 'up'])('holds a sender back and changes no byte on the way %s', async (direction) => {
    const sent = randomBytes(48 * 1024 * 1024);
    let received: Promise<string> | undefined;
    const port = await relayTo((socket) => {
      if (direction === 'down') socket.end(sent);
      else received = hashInFits(socket);
    });
    const client = await connectTo(port);
    if (direction === 'down') received = hashInFits(client);
    else client.end(sent);
    await expect.poll(() => received).toBeDefined();
    expect(await received).toBe(createHash('sha256').update(sent).digest('hex'));
    if (direction === 'down') client.end();
    else service.connections.forEach((socket) => void socket.end());
  });

  test('fifty clients that do not read hold a firehose back in bounded memory', async () => {
    const chunk = Buffer.alloc(64 * 1024);
    const port = await relayTo((socket) => {
      const pour = (): void => {
        while (socket.write(chunk));
      };
      socket.on('drain', pour);
      pour();
    });
    const clients = await Promise.all(Array.from({ length: SLOW_READERS }, () => connectTo(port)));
    for (const client of clients) client.pause();
    await expect.poll(() => splices.length).toBe(SLOW_READERS);
    await awaitStandstill();
    const held = legs.reduce((sum, { readableLength, writableLength }) => sum + readableLength + writableLength, 0);
    expect(held).toBeLessThanOrEqual(SLOW_READERS_BYTES);
    for (const client of clients) client.destroy();
  });
});
