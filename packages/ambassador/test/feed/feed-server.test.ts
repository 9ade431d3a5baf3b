import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { encodeFeedRequest, type FeedRequest } from '../../src/feed/feed-message.ts';
import { type FeedEvent, FeedServer, MAX_FEED_READERS, MAX_SILENT } from '../../src/feed/feed-server.ts';
import type { Update } from '../../src/pool/update.ts';
import { MemorySocket } from './memory-feed.ts';

const ENDPOINT = {
  id: 'mdns:one',
  service: 'redis',
  instance: 'one',
  addresses: ['10.0.0.1', 'fe80::1%eth0', '127.0.0.1'],
  port: 6379,
  priority: 1,
  weight: 2,
  secure: false,
  source: 'mdns',
  draining: false,
};
const REQUEST = encodeFeedRequest({ service: 'redis', where: [] });

function createWorld() {
  const clock = new ManualClock();
  const asked: FeedRequest[] = [];
  const events: FeedEvent[] = [];
  const verified: string[] = [];
  let tell: (update: Update) => void = () => undefined;
  let closed = 0;
  const server = new FeedServer({
    clock,
    createSource: (request) => {
      asked.push(request);
      return {
        name: 'mdns',
        start: async (onUpdate) => {
          tell = onUpdate;
        },
        verify: (id) => verified.push(id),
        close: async () => {
          closed += 1;
        },
      };
    },
    onEvent: (event) => events.push(event),
  });
  const join = (request = REQUEST): MemorySocket => {
    const socket = new MemorySocket();
    server.serve(socket);
    socket.receive(request);
    return socket;
  };
  const read = (socket: MemorySocket): readonly unknown[] => socket.written.map((line) => JSON.parse(line));
  return {
    clock,
    server,
    asked,
    events,
    verified,
    join,
    read,
    tell: (update: Update) => tell(update),
    closed: () => closed,
  };
}

test('a reader gets what is known as one snapshot, then each change; addresses of this host alone are left out', async () => {
  const { clock, join, read, tell } = createWorld();
  const socket = join();
  tell({ kind: 'add', endpoints: [ENDPOINT] });
  await clock.advance(20);
  tell({ kind: 'remove', ids: ['mdns:one'], reason: 'said goodbye' });
  const { service: _, source: __, ...told } = { ...ENDPOINT, addresses: ['10.0.0.1'] };
  expect(read(socket)).toEqual([
    { v: 1, kind: 'snapshot', endpoints: [told] },
    { v: 1, kind: 'remove', ids: ['mdns:one'], reason: 'said goodbye' },
  ]);
});

test('an endpoint that loses every address that others could dial is removed', async () => {
  const { clock, join, read, tell } = createWorld();
  const socket = join();
  tell({ kind: 'add', endpoints: [ENDPOINT] });
  await clock.advance(20);
  tell({ kind: 'add', endpoints: [{ ...ENDPOINT, addresses: ['fe80::1%eth0'] }] });
  expect(read(socket)[1]).toMatchObject({ kind: 'remove', ids: ['mdns:one'] });
});

test('filters reach the source, doubts too', async () => {
  const { asked, verified, join } = createWorld();
  const request = { service: 'redis', instance: 'a*', where: [{ key: 'env', value: 'staging' }] };
  const socket = join(encodeFeedRequest(request));
  socket.receive('{"verify":"mdns:one"}\nnonsense\n{"verify":1}\n');
  expect(asked).toEqual([request]);
  expect(verified).toEqual(['mdns:one']);
});

test('it counts who came, who was refused, what was told and what was doubted', async () => {
  const { clock, server, join, tell } = createWorld();
  const socket = join();
  tell({ kind: 'add', endpoints: [ENDPOINT] });
  await clock.advance(20);
  tell({ kind: 'remove', ids: ['mdns:one'], reason: 'said goodbye' });
  socket.receive('{"verify":"mdns:one"}\nnonsense\n');
  join('hello\n');
  // Beats are no news.
  await clock.advance(25_000);
  expect(server.counters).toEqual({ accepted: 1, refused: 1, told: 2, doubts: 1 });
  for (let reader = 0; reader < MAX_FEED_READERS; reader++) join();
  expect(server.counters).toMatchObject({ accepted: 1 + MAX_FEED_READERS, refused: 2 });
});

test.each([
  ['no JSON', 'hello\n'],
  ['another version', '{"v":2,"service":"redis"}\n'],
  ['no service', '{"v":1}\n'],
  ['a filter that is none', '{"v":1,"service":"redis","where":[1]}\n'],
  ['a line without end', 'x'.repeat(5_000)],
])('%s is refused with a reason', (_, request) => {
  const { join, read, events } = createWorld();
  const socket = join(request);
  expect(read(socket)).toMatchObject([{ v: 1, kind: 'refused' }]);
  expect(socket.isOver).toBe(true);
  expect(events).toMatchObject([{ kind: 'reader-refused' }]);
});

test('who says nothing is hung up on, and makes room', async () => {
  const { clock, server } = createWorld();
  const socket = new MemorySocket();
  server.serve(socket);
  await clock.advance(5_000);
  expect(socket.isOver).toBe(true);
  expect(server.readers).toBe(0);
});

test('beats keep a quiet feed alive until the reader leaves', async () => {
  const { clock, join, read, server, closed } = createWorld();
  const socket = join();
  await clock.advance(25_000);
  expect(read(socket).slice(1)).toEqual([
    { v: 1, kind: 'beat' },
    { v: 1, kind: 'beat' },
  ]);
  socket.hangUp();
  expect(server.readers).toBe(0);
  expect(closed()).toBe(1);
  expect(clock.pendingTimers).toBe(0);
});

test('a reader that does not read is hung up on', async () => {
  const { clock, join, tell } = createWorld();
  const socket = join();
  await clock.advance(20);
  socket.writableLength = 5_000_000;
  tell({ kind: 'gone', ids: ['mdns:one'] });
  expect(socket.isOver).toBe(true);
});

test('whoever holds the places, one who comes is served, and nobody who asks for something else leaves for it', () => {
  const { join, server, read } = createWorld();
  const first = join();
  const crowd = Array.from({ length: MAX_FEED_READERS + 40 }, () =>
    join(encodeFeedRequest({ service: 'held', where: [] })),
  );
  const last = join(encodeFeedRequest({ service: 'postgres', where: [] }));
  expect(server.readers).toBe(MAX_FEED_READERS);
  expect([first.isOver, last.isOver]).toEqual([false, false]);
  expect(crowd.map(({ isOver }) => isOver)).toEqual(crowd.map((_, index) => index < 42));
  expect(read(crowd[0] ?? first).at(-1)).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/places/) });
});

test('where all ask for something else, the first of them gives way to the last', () => {
  const { join, server } = createWorld();
  const sockets = Array.from({ length: MAX_FEED_READERS + 2 }, (_, index) =>
    join(encodeFeedRequest({ service: `s${index}`, where: [] })),
  );
  expect(server.readers).toBe(MAX_FEED_READERS);
  expect(sockets.map(({ isOver }) => isOver)).toEqual(sockets.map((_, index) => index < 2));
});

test('those who say nothing take no place of a reader: the first of them leaves for each who comes', () => {
  const { join, server } = createWorld();
  const reader = join();
  const silent = Array.from({ length: 500 }, () => join(''));
  expect(server.readers).toBe(1 + MAX_SILENT);
  expect(reader.isOver).toBe(false);
  expect(silent.map(({ isOver }) => isOver)).toEqual(silent.map((_, index) => index < 500 - MAX_SILENT));
  expect(server.counters.refused).toBe(500 - MAX_SILENT);
  expect(join().isOver).toBe(false);
});

test('after close nobody is served and everybody is hung up on', async () => {
  const { join, server, closed } = createWorld();
  const socket = join();
  await server.close();
  await server.close();
  expect(socket.isOver).toBe(true);
  expect(closed()).toBe(1);
  expect(join().isOver).toBe(true);
});
