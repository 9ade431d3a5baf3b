import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { lendReads, splice } from '@mdns-ambassador/relay';
import { Uncaught } from '@mdns-ambassador/testkit';
import { describe, expect, test, vi } from 'vitest';
import {
  encodeFrame,
  encodeHeader,
  encodeWindow,
  LARGE_DATA_BYTES,
  StreamFrameReader,
} from '../../src/streams/frame.ts';
import { MAX_OPENED, MAX_STREAMS } from '../../src/streams/session.ts';
import { WIDE_WINDOW_BYTES, WINDOW_BYTES } from '../../src/streams/window.ts';
import { MemoryLeg, readAll } from '../leg-pair.ts';
import { createPair, createVictim, type Pair, settle } from './session-fixture.ts';

async function openStream({ opener, receiver }: Pair, word = 'hello') {
  const near = opener.session.open();
  near.write(word);
  await settle();
  const far = receiver.streams.at(-1);
  if (far === undefined) throw new Error('nothing was opened');
  return { near, far };
}

describe('A stream', () => {
  test('is heard of with its first byte, and carries bytes both ways and an end each', async () => {
    const pair = createPair();
    const near = pair.opener.session.open();
    await settle();
    expect(pair.receiver.streams).toEqual([]);
    near.end('question');
    await settle();
    const [far] = pair.receiver.streams;
    if (far === undefined) throw new Error('nothing was opened');
    expect(await readAll(far)).toBe('question');
    expect(near.destroyed).toBe(false);
    far.end('answer');
    expect(await readAll(near)).toBe('answer');
    await settle();
    expect([near.destroyed, far.destroyed, near.errored, far.errored]).toEqual([true, true, null, null]);
    expect([pair.opener.session.size, pair.receiver.session.size]).toEqual([0, 0]);
    expect(pair.opener.ends).toEqual([]);
  });

  test('that ends without a byte is one, too', async () => {
    const pair = createPair();
    pair.opener.session.open().end();
    await settle();
    const [far] = pair.receiver.streams;
    if (far === undefined) throw new Error('nothing was opened');
    expect(await readAll(far)).toBe('');
  });

  test('that is reset is reset at the other end, and no other is', async () => {
    const pair = createPair();
    const [one, other] = [await openStream(pair), await openStream(pair)];
    one.near.resetAndDestroy();
    await settle();
    expect(one.far.errored).toMatchObject({ code: 'ECONNRESET' });
    other.far.destroy();
    await settle();
    expect(other.near.errored).toMatchObject({ code: 'ECONNRESET' });
    expect([pair.opener.session.size, pair.receiver.session.size]).toEqual([0, 0]);
    expect([pair.opener.ends, pair.receiver.ends]).toEqual([[], []]);
  });

  test('that was never sent leaves nothing when it is given up', async () => {
    const pair = createPair();
    pair.opener.session.open().destroy();
    await settle();
    expect(pair.receiver.streams).toEqual([]);
    expect(pair.opener.session.size).toBe(0);
  });

  test('carries much, whole and in order, beside one that nobody reads', async () => {
    const pair = createPair();
    const [stuck, busy] = [await openStream(pair), await openStream(pair)];
    const flood = randomBytes(1_000_000);
    stuck.near.write(flood);
    const [application, client] = MemoryLeg.pair();
    const { finished } = splice(client, busy.near);
    const sent = randomBytes(3_000_000);
    application.end(sent);
    const heard: Buffer[] = [];
    for await (const chunk of busy.far.iterator({ destroyOnReturn: false })) {
      heard.push(chunk);
      await nextTurn();
    }
    expect(Buffer.concat(heard).equals(Buffer.concat([Buffer.from('hello'), sent]))).toBe(true);
    busy.far.end('done');
    expect(await readAll(application)).toBe('done');
    expect(await finished).toEqual({ kind: 'ended' });
    // Nothing more than a window is on its way to who does not read.
    expect(pair.receiver.held.bytes).toBeLessThanOrEqual(WINDOW_BYTES);
    const late: Buffer[] = [];
    stuck.near.end();
    for await (const chunk of stuck.far) late.push(chunk);
    expect(Buffer.concat(late).equals(Buffer.concat([Buffer.from('hello'), flood]))).toBe(true);
    expect(pair.receiver.held.bytes).toBe(0);
  });

  test('that carries much and is read at once has a wide window, and two of a connection at most', async () => {
    const pair = createPair();
    const streams = [await openStream(pair), await openStream(pair), await openStream(pair)];
    for (const { near, far } of streams) {
      far.resume();
      near.write(randomBytes(WINDOW_BYTES));
      await settle();
      far.pause();
      near.write(randomBytes(2 * WIDE_WINDOW_BYTES));
      await settle(100);
    }
    const most = 2 * WIDE_WINDOW_BYTES + WINDOW_BYTES;
    expect(pair.receiver.held.bytes).toBeLessThanOrEqual(most);
    expect(pair.receiver.held.bytes).toBeGreaterThan(2 * WIDE_WINDOW_BYTES);
    streams[0]?.far.destroy();
    const next = await openStream(pair);
    next.far.resume();
    next.near.write(randomBytes(WINDOW_BYTES));
    await settle();
    next.far.pause();
    next.near.write(randomBytes(2 * WIDE_WINDOW_BYTES));
    await settle(100);
    expect(pair.receiver.held.bytes).toBeGreaterThan(2 * WIDE_WINDOW_BYTES);
    expect([pair.opener.ends, pair.receiver.ends]).toEqual([[], []]);
  });

  test('that is read no more holds its window and one frame', async () => {
    const pair = createPair();
    const { near, far } = await openStream(pair);
    far.resume();
    await settle();
    far.on('data', () => far.pause());
    near.write(randomBytes(2 * WINDOW_BYTES));
    await settle(100);
    expect(pair.receiver.held.bytes).toBeGreaterThan(0);
    expect(far.readableLength).toBeLessThanOrEqual(LARGE_DATA_BYTES);
  });

  test('gives bytes that were lent to it back only when they were sent', async () => {
    const pair = createPair();
    const { near, far } = await openStream(pair);
    const lent = Buffer.alloc(70_000, 'a');
    near.write(lent, () => lent.fill('b'));
    near.end();
    expect(await readAll(far)).toBe(`hello${'a'.repeat(70_000)}`);
  });

  test('has the addresses of the connection that carries it', async () => {
    const pair = createPair();
    const { far } = await openStream(pair);
    expect(far.remoteAddress).toBe('10.99.0.2');
  });
});

describe('A connection with streams', () => {
  test('that ends or breaks ends its streams as resets, and as an end for who has heard nothing yet', async () => {
    for (const isBroken of [true, false]) {
      const pair = createPair();
      const { near, far } = await openStream(pair);
      far.write('word');
      await settle();
      const waiting = pair.opener.session.open();
      waiting.write('?');
      await settle();
      if (isBroken) pair.receiver.leg.resetAndDestroy();
      else pair.receiver.leg.destroy();
      await settle();
      expect(near.errored).toMatchObject({ code: 'ECONNRESET' });
      expect(far.errored).toMatchObject({ code: 'ECONNRESET' });
      expect([waiting.destroyed, waiting.errored !== null]).toEqual([true, isBroken]);
      expect([pair.opener.ends, pair.receiver.ends]).toEqual([[{ kind: 'closed' }], [{ kind: 'closed' }]]);
    }
  });

  test.each(['opener', 'receiver'] as const)(
    'that the %s drains goes on until its last stream is over, and then ends in order',
    async (who) => {
      const pair = createPair();
      const { near, far } = await openStream(pair);
      pair[who].session.drain();
      await settle();
      expect([pair.opener.session.isDraining, pair.receiver.session.isDraining]).toEqual([true, true]);
      near.end(' world');
      far.end('bye');
      expect([await readAll(far), await readAll(near)]).toEqual(['hello world', 'bye']);
      await settle();
      expect([pair.opener.ends, pair.receiver.ends]).toEqual([[{ kind: 'closed' }], [{ kind: 'closed' }]]);
      expect([pair.opener.leg.wasReset, pair.receiver.leg.wasReset]).toEqual([false, false]);
      expect([pair.opener.leg.destroyed, pair.receiver.leg.destroyed]).toEqual([true, true]);
    },
  );

  test('writes what is alone at once, and what comes together as one', async () => {
    const { session, peer, clock } = createVictim('opener');
    const records: number[] = [];
    peer.on('data', (chunk: Buffer) => records.push(chunk.length));
    peer.resume();
    const streams = Array.from({ length: 8 }, () => session.open());
    for (const stream of streams) stream.write('x');
    await settle();
    records.length = 0;
    await clock.advance(1);
    for (const stream of streams) stream.write('x');
    // The first does not wait for the others.
    expect(records).toEqual([9]);
    await settle();
    expect(records).toEqual([9, 7 * 9]);
    await clock.advance(1);
    streams[0]?.write('y');
    expect(records).toHaveLength(3);
  });

  test('is silent when nothing has come for 250 ms since a stream was opened', async () => {
    const { session, peer, clock } = createVictim('opener');
    session.open().write('?');
    await settle();
    await clock.advance(250);
    expect(session.isSilent).toBe(false);
    await clock.advance(1);
    expect(session.isSilent).toBe(true);
    peer.write(encodeFrame('pong'));
    await settle();
    expect(session.isSilent).toBe(false);
  });

  test('whose peer is there is not silent, however long its service thinks', async () => {
    const pair = createPair();
    await openStream(pair);
    await pair.clock.advance(10_000);
    expect(pair.opener.session.isSilent).toBe(false);
  });

  test('tells when a stream carries bulk', async () => {
    const pair = createPair();
    const { near, far } = await openStream(pair);
    far.resume();
    expect(pair.opener.session.isBulk).toBe(false);
    near.write(Buffer.alloc(2_000_000));
    await settle();
    expect(pair.opener.session.isBulk).toBe(true);
    await pair.clock.advance(2_000);
    expect(pair.opener.session.isBulk).toBe(false);
  });

  test('writes what is large as frames of four full records of TLS, and the rest', async () => {
    const pair = createPair();
    const { near, far } = await openStream(pair);
    far.resume();
    const write = vi.spyOn(pair.opener.leg, 'write');
    near.write(Buffer.alloc(3 * 65_528 + 100));
    await settle();
    const sizes = write.mock.calls.map(([bytes]: readonly unknown[]) => Buffer.isBuffer(bytes) && bytes.length);
    expect(sizes).toEqual([4 * 16_384, 4 * 16_384, 4 * 16_384, 8 + 100]);
  });

  test('hands a frame that comes in several records to its reader as one', async () => {
    const { peer, streams } = createVictim('receiver');
    peer.write(encodeFrame('open', 1));
    await settle();
    const [stream] = streams;
    const sizes: number[] = [];
    stream?.on('data', (bytes: Buffer) => sizes.push(bytes.length)).resume();
    await settle();
    const frames = Buffer.concat([encodeFrame('data', 1, Buffer.alloc(65_528)), encodeFrame('end', 1)]);
    for (let at = 0; at < frames.length; at += 16_384) peer.write(frames.subarray(at, at + 16_384));
    await settle();
    expect([sizes, stream?.readableEnded]).toEqual([[65_528], true]);
  });

  test('hands nobody else what a reader that throws may have passed on', async () => {
    using uncaught = new Uncaught();
    const seen: Buffer[] = [];
    for (const value of [1, 2]) {
      const { peer, streams } = createVictim('receiver');
      peer.write(encodeFrame('open', 1));
      await settle();
      const [stream] = streams;
      if (stream !== undefined) lendReads(stream, 1);
      stream?.on('data', (bytes: Buffer) => {
        seen.push(bytes);
        throw new Error('broken');
      });
      stream?.resume();
      await settle();
      const frame = encodeFrame('data', 1, Buffer.alloc(20_000, value));
      peer.write(frame.subarray(0, 16_384));
      peer.write(frame.subarray(16_384));
      await settle();
    }
    expect(seen.map((bytes) => [bytes.length, ...new Set(bytes)])).toEqual([
      [20_000, 1],
      [20_000, 2],
    ]);
    expect(uncaught.errors).toHaveLength(2);
  });

  test('has read what came of a frame that is never whole', async () => {
    const { peer, streams, ends } = createVictim('receiver');
    peer.write(encodeFrame('open', 1));
    await settle();
    const [stream] = streams;
    let read = 0;
    stream?.on('data', (bytes: Buffer) => {
      read += bytes.length;
    });
    stream?.resume();
    await settle();
    peer.write(encodeFrame('data', 1, Buffer.alloc(65_528)).subarray(0, 30_000));
    await settle();
    expect(read).toBe(30_000 - 8);
    peer.destroy();
    await settle();
    expect([ends, stream?.destroyed]).toEqual([[{ kind: 'closed' }], true]);
  });

  test('carries on for the last of as many streams as are opened on it while nobody reads the others', async () => {
    const pair = createPair();
    const { opener, receiver } = pair;
    for (let count = 1; count < MAX_OPENED; count++) opener.session.open().write('?');
    await settle();
    const last = opener.session.open();
    expect([opener.session.size, opener.session.isFull]).toEqual([MAX_OPENED, true]);
    last.write('?');
    await settle();
    for (const stream of receiver.streams.slice(0, -1)) stream.write(Buffer.alloc(2 * WIDE_WINDOW_BYTES));
    await settle(2_000);
    expect(opener.held.bytes).toBe((MAX_OPENED - 1) * WINDOW_BYTES);
    receiver.streams.at(-1)?.end('answer');
    expect(await readAll(last)).toBe('answer');
  });

  test('is full where it holds much of streams that are over, for those who do not read', async () => {
    const { opener, receiver } = createPair();
    for (let count = 0; count < 200; count++) opener.session.open().end('?');
    await settle();
    for (const stream of receiver.streams) stream.end(Buffer.alloc(WINDOW_BYTES));
    await settle(2_000);
    expect([opener.session.size, opener.session.isFull]).toEqual([0, true]);
  });

  test('whose peer does not read for a while is not lost for streams that were given up meanwhile', async () => {
    const { session, peer, ends } = createVictim('opener');
    session.open().write(Buffer.alloc(WINDOW_BYTES));
    await settle();
    expect(session.isCongested).toBe(true);
    for (let count = 0; count < 3_000; count++) {
      const stream = session.open();
      stream.write('?');
      stream.destroy();
    }
    peer.write(encodeFrame('ping'));
    await settle();
    expect(ends).toEqual([]);
    const late = session.open();
    late.write('late');
    peer.resume();
    await settle();
    expect([late.number, session.isCongested]).toEqual([2, false]);
  });

  test('stops reading while streams hold 64 MiB that nobody reads', async () => {
    const { peer, leg, held, streams } = createVictim('receiver');
    const piece = Buffer.alloc(60_000);
    for (let stream = 1; stream <= 300; stream++) {
      peer.write(encodeFrame('open', stream));
      for (let part = 0; part < 4; part++) peer.write(encodeFrame('data', stream, piece));
    }
    await settle(2_000);
    expect(leg.isPaused()).toBe(true);
    expect(held.bytes).toBeLessThan(65 * 1_048_576);
    for (let read = 0; read < streams.length; read++) {
      streams[read]?.resume();
      await settle();
    }
    expect(streams).toHaveLength(300);
    expect(leg.isPaused()).toBe(false);
    expect(held.bytes).toBe(0);
  });
});

test('a connection that is not read because others hold too much is read again when they do no more', async () => {
  const { peer, leg, held, streams, clock } = createVictim('receiver');
  held.bytes = 256 * 1_048_576;
  for (let stream = 1; stream <= 5; stream++) {
    peer.write(encodeFrame('open', stream));
    for (let part = 0; part < 4; part++) peer.write(encodeFrame('data', stream, Buffer.alloc(60_000)));
  }
  await settle(100);
  expect(streams).toHaveLength(5);
  expect(leg.isPaused()).toBe(true);
  await clock.advance(1_000);
  expect(leg.isPaused()).toBe(true);
  held.bytes -= 256 * 1_048_576;
  await clock.advance(100);
  expect(leg.isPaused()).toBe(false);
});

/** Opens, and says so much. */
const OPEN = encodeFrame('open', 1, Buffer.from('{}'));

describe('A peer that breaks the protocol', () => {
  const window = Array.from({ length: 5 }, () => encodeFrame('data', 1, Buffer.alloc(65_536)));
  test.each<[string, 'opener' | 'receiver', readonly Buffer[]]>([
    ['sent a frame of a kind that does not exist', 'receiver', [Buffer.from('+\r\nERR unknown')]],
    ['sent a frame of a length that its kind does not have', 'receiver', [encodeHeader('open', 1, 513)]],
    ['sent a frame of a stream that it cannot be about', 'receiver', [encodeFrame('data', 1, Buffer.from('x'))]],
    ['sent a frame of a stream that it cannot be about', 'receiver', [OPEN, OPEN]],
    ['sent a frame of a stream that it cannot be about', 'receiver', [OPEN, encodeFrame('end', 2)]],
    ['sent a frame of a stream that it cannot be about', 'opener', [OPEN]],
    ['sent a frame of a stream that it cannot be about', 'opener', [encodeWindow(1, 1)]],
    ['sent more than its window let it', 'receiver', [OPEN, ...window]],
    ['granted more than a window can hold', 'receiver', [OPEN, encodeWindow(1, WIDE_WINDOW_BYTES - WINDOW_BYTES + 1)]],
    ['granted more than a window can hold', 'receiver', [OPEN, encodeWindow(1, 0)]],
    ['granted more than a window can hold', 'receiver', [OPEN, encodeWindow(1, 0xffff_ffff)]],
    ['sent on a stream that it had ended', 'receiver', [OPEN, encodeFrame('end', 1), encodeFrame('end', 1)]],
    [
      'sent on a stream that it had ended',
      'receiver',
      [OPEN, encodeFrame('end', 1), encodeFrame('data', 1, Buffer.from('x'))],
    ],
    [
      'opened more streams than there may be',
      'receiver',
      Array.from({ length: MAX_STREAMS + 1 }, (_, index) => encodeFrame('open', index + 1)),
    ],
  ])('loses that connection for one reason: it %s (%s)', async (violation, kind, frames) => {
    const victim = createVictim(kind);
    for (const frame of frames) victim.peer.write(frame);
    victim.peer.write(Buffer.alloc(64, 0xff));
    await settle(200);
    expect(victim.ends).toEqual([{ kind: 'violation', violation }]);
    expect(victim.leg.wasReset).toBe(true);
    expect(victim.streams.every((stream) => stream.destroyed)).toBe(true);
    expect(victim.held.bytes).toBe(0);
  });

  test('and reads nothing, while it asks for more and more, is let go of', async () => {
    const victim = createVictim('receiver');
    const pings = Buffer.concat(Array.from({ length: 10_000 }, () => encodeFrame('ping')));
    for (let time = 0; time < 200 && victim.ends.length === 0; time++) {
      victim.peer.write(pings);
      await settle(2);
    }
    expect(victim.ends).toEqual([{ kind: 'violation', violation: 'does not read what it asked for' }]);
  });

  test('by opening and resetting has no more streams than it has open', async () => {
    const victim = createVictim('receiver');
    for (let stream = 1; stream <= 5_000; stream++) {
      victim.peer.write(Buffer.concat([encodeFrame('open', stream, Buffer.from('x')), encodeFrame('reset', stream)]));
    }
    await settle(100);
    expect(victim.session.size).toBe(0);
    expect(victim.ends).toEqual([]);
    expect(victim.streams.every((stream) => stream.destroyed)).toBe(true);
  });

  test('hears of streams that are over what it was sent before it knew, and nothing comes of it', async () => {
    const victim = createVictim('receiver');
    victim.peer.write(OPEN);
    await settle();
    victim.streams[0]?.destroy();
    const late = [encodeFrame('data', 1, Buffer.from('x')), encodeWindow(1, 9), encodeFrame('end', 1)];
    for (const frame of late) victim.peer.write(frame);
    await settle();
    expect(victim.ends).toEqual([]);
  });
});

test('what a session sends is frames', async () => {
  const { session, peer } = createVictim('opener');
  const kinds: string[] = [];
  const reader = new StreamFrameReader();
  peer.on('data', (chunk: Buffer) => reader.push(chunk, ({ kind }) => kinds.push(kind) > 0));
  peer.resume();
  const stream = session.open();
  stream.write('a');
  stream.write(Buffer.alloc(20_000));
  stream.end();
  await settle();
  session.drain();
  await settle();
  expect(kinds.filter((kind, at) => kind !== kinds[at - 1])).toEqual(['open', 'ping', 'data', 'end', 'drain']);
});
