import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Uncaught } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { Intake, keepLent, lendReads } from '../src/intake.ts';
import { splice } from '../src/splice.ts';

const LENT_FROM = 16_384;

/** A socket that is read as the kernel would have it, without one. */
function open() {
  const intake = new Intake();
  const socket = new Socket();
  intake.serve(socket);
  const received: Buffer[] = [];
  const { buffer, callback } = intake.onread;
  const nextBuffer = (): Uint8Array => (typeof buffer === 'function' ? buffer() : buffer);
  /** One read of so many bytes of this value. */
  const read = (length: number, value: number): Uint8Array => {
    const into = nextBuffer();
    into.fill(value, 0, length);
    callback(length, into);
    return into;
  };
  return { socket, received, read, nextBuffer };
}

/** The same, spliced with a sink that has room for 64 KiB, as all of Node's have from version 22 on. */
async function openInto(take: (chunk: Buffer, done: () => void) => void) {
  const world = open();
  const written: Buffer[] = [];
  const sink = new Duplex({
    highWaterMark: 65_536,
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      written.push(chunk);
      take(chunk, done);
    },
  });
  splice(world.socket, Object.assign(sink, { resetAndDestroy: () => sink.destroy() }));
  await nextTurn();
  return { ...world, written, sink };
}

/** Reads as a splice does. */
async function consume({ socket, received }: ReturnType<typeof open>): Promise<void> {
  lendReads(socket, LENT_FROM);
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  await nextTurn();
}

describe('a socket whose consumer promises nothing', () => {
  test('gives copies, which later reads leave alone', () => {
    const { socket, read } = open();
    read(20_000, 1);
    read(65_536, 2);
    read(10, 3);
    const chunks = [socket.read(20_000), socket.read(65_536), socket.read(10)];
    expect(chunks.map((chunk) => new Set(chunk))).toEqual([new Set([1]), new Set([2]), new Set([3])]);
  });
});

describe('a socket whose consumer takes what is lent', () => {
  test('is given every byte in order', async () => {
    const world = open();
    await consume(world);
    const sums: number[] = [];
    world.socket.on('data', (chunk: Buffer) => sums.push((chunk[0] ?? 0) * chunk.length));
    for (const [index, length] of [100, 65_536, 65_536, 30_000, 5, 65_536].entries()) world.read(length, index + 1);
    expect(sums).toEqual([100, 131_072, 196_608, 120_000, 25, 393_216]);
  });

  test('reads into the same buffer while its reads are full', async () => {
    const world = open();
    await consume(world);
    world.read(65_536, 1);
    const second = world.read(65_536, 2);
    const third = world.read(65_536, 3);
    expect(third).toBe(second);
    expect(world.received[2]?.buffer).toBe(third.buffer);
  });

  test('holds no buffer after a read that was not full', async () => {
    const world = open();
    const shared = world.nextBuffer();
    await consume(world);
    world.read(65_536, 1);
    expect(world.nextBuffer()).not.toBe(shared);
    world.read(30_000, 2);
    expect(world.nextBuffer()).toBe(shared);
  });

  test('never reads into what a paused consumer has not done with', async () => {
    const world = open();
    await consume(world);
    world.read(65_536, 1);
    world.socket.once('data', () => world.socket.pause());
    world.read(65_536, 2);
    const kept = world.received[1];
    world.read(65_536, 3);
    world.read(65_536, 4);
    expect(new Set(kept)).toEqual(new Set([2]));
  });

  test('is read in pieces of the size that its sink takes best', async () => {
    const { socket, read, nextBuffer } = open();
    const sink = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
    splice(socket, Object.assign(sink, { writeBytes: 60_000, resetAndDestroy: () => sink.destroy() }));
    await nextTurn();
    const shared = nextBuffer();
    expect(shared).toHaveLength(60_000);
    read(60_000, 1);
    expect(nextBuffer()).toHaveLength(60_000);
    expect(nextBuffer().buffer).not.toBe(shared.buffer);
    expect(open().nextBuffer()).toHaveLength(65_536);
  });

  test('waits with one of its buffers for a sink that takes nothing, however much room that has', async () => {
    const { read, written, socket, sink } = await openInto(() => undefined);
    for (let value = 1; !socket.isPaused() && value < 10; value++) read(16_384, value);
    expect(sink.writableLength).toBe(16_384);
    read(40_000, 2);
    expect(written.map((chunk) => new Set(chunk))).toEqual([new Set([1])]);
  });

  test('reads on into the same buffers once its sink, which has room, has taken what it was lent', async () => {
    let taken = (): void => undefined;
    const { read, written, socket } = await openInto((_chunk, done) => {
      taken = done;
    });
    for (let value = 1; value <= 40; value++) {
      read(20_000, value);
      expect(socket.isPaused()).toBe(true);
      taken();
      await nextTurn();
      expect(socket.isPaused()).toBe(false);
    }
    expect(written).toHaveLength(40);
    expect(new Set(written.map(({ buffer }) => buffer)).size).toBeLessThanOrEqual(2);
  });

  test('waits for what is not taken, whatever was taken before', async () => {
    let count = 0;
    const { read, socket } = await openInto((_chunk, done) => {
      count += 1;
      if (count === 1) done();
    });
    read(20_000, 1);
    read(20_000, 2);
    await nextTurn();
    expect([count, socket.isPaused()]).toEqual([2, true]);
  });

  test('shares what is lent with no other socket until it is done with', async () => {
    const slow = open();
    await consume(slow);
    slow.socket.once('data', () => slow.socket.pause());
    slow.read(40_000, 7);
    const others = Array.from({ length: 40 }, open);
    for (const other of others) {
      await consume(other);
      other.read(65_536, 9);
      other.read(40_000, 9);
    }
    expect(new Set(slow.received[0])).toEqual(new Set([7]));
  });
});

test('a buffer that its consumer keeps leaves no gap among those that go round', async () => {
  const both = [open(), open()];
  for (const one of both) {
    await consume(one);
    one.socket.once('data', () => one.socket.pause());
    one.read(20_000, 1);
  }
  for (const one of both) {
    one.socket.resume();
    await nextTurn();
    one.read(10, 2);
  }
  const returned = both.map(({ received }) => received[0]?.buffer);
  const [keeper, next] = [open(), open()];
  await consume(keeper);
  keeper.socket.once('data', () => keepLent(keeper.socket));
  keeper.read(20_000, 3);
  await consume(next);
  next.read(20_000, 4);
  const [kept, lent] = [keeper, next].map(({ received }) => returned.indexOf(received[0]?.buffer));
  expect([kept, lent].toSorted()).toEqual([0, 1]);
});

test('a consumer that throws loses its socket, and the error is seen', async () => {
  using uncaught = new Uncaught();
  const { socket, read } = open();
  socket
    .on('error', () => undefined)
    .on('data', () => {
      throw new Error('broken');
    });
  await nextTurn();
  read(10, 1);
  await nextTurn();
  expect(socket.destroyed).toBe(true);
  expect(uncaught.errors).toEqual([new Error('broken')]);
});
