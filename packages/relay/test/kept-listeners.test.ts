import { Socket } from 'node:net';
import { beforeEach, expect, test } from 'vitest';
import { KeptListeners } from '../src/kept-listeners.ts';
import type { Listener, ListenOptions, Receiver } from '../src/listen.ts';
import type { Target } from '../src/target.ts';

const AT: Target = { kind: 'tcp', address: '127.0.0.1', port: 6379 };

/** A listening socket that has no port. */
class FakeListener implements Listener {
  readonly address: Target;
  receiver: Receiver;
  isOpen = true;

  constructor({ at, ...receiver }: ListenOptions) {
    this.address = at.kind === 'inherited' ? AT : at;
    this.receiver = receiver;
  }

  async handTo(receiver: Receiver): Promise<void> {
    this.receiver = receiver;
  }

  async stop(): Promise<void> {
    this.isOpen = false;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

let opened: FakeListener[];
let kept: KeptListeners;

beforeEach(() => {
  opened = [];
  kept = new KeptListeners(async (options) => {
    const listener = new FakeListener(options);
    opened.push(listener);
    return listener;
  });
});

/** Who serves a place, and whom it has accepted. */
async function serve(
  at: Target = AT,
  maxConnections = 10,
): Promise<{ listener: Listener; clients: Socket[]; beacon: string }> {
  const clients: Socket[] = [];
  const listener = await kept.listen({
    at,
    maxConnections,
    onConnection: (client) => clients.push(client),
    beacon: 'redis',
  });
  return { listener, clients, beacon: 'redis' };
}

function arrive(listener: FakeListener | undefined): Socket {
  const client = new Socket();
  listener?.receiver.onConnection(client, 0);
  return client;
}

test('a place that is kept goes from one to the next on one socket, and who comes in between waits for the next', async () => {
  const first = await serve();
  const early = arrive(opened[0]);
  const letGo = kept.keep([AT]);
  await first.listener.stop();
  const between = arrive(opened[0]);
  expect([opened[0]?.isOpen, opened[0]?.receiver.beacon]).toEqual([true, 'redis']);
  const second = await serve(AT, 20);
  const late = arrive(opened[0]);
  await letGo();
  // Stopped again, by whoever cleans up: the socket is another's.
  await first.listener.stop();
  expect(opened).toHaveLength(1);
  expect([opened[0]?.isOpen, opened[0]?.receiver.maxConnections]).toEqual([true, 20]);
  expect([first.clients, second.clients]).toEqual([[early], [between, late]]);
  expect(second.listener.address).toEqual(AT);
  await second.listener.stop();
  expect(opened[0]?.isOpen).toBe(false);
});

test('a place that nobody takes is closed with who waits there when it is kept no more', async () => {
  const first = await serve();
  const letGo = kept.keep([AT]);
  await first.listener.stop();
  const waiting = arrive(opened[0]);
  await letGo();
  expect([opened[0]?.isOpen, waiting.destroyed]).toEqual([false, true]);
  await serve();
  expect(opened).toHaveLength(2);
});

test('a place that is not wanted any more is closed at once, and one that is served is never taken from who serves it', async () => {
  const first = await serve();
  const other: Target = { kind: 'unix', path: '/run/redis.sock' };
  const second = await serve(other);
  const letGo = kept.keep([other]);
  await first.listener.stop();
  expect(opened[0]?.isOpen).toBe(false);
  await serve(other);
  expect([opened.length, opened[1]?.isOpen, second.clients]).toEqual([3, true, []]);
  await letGo();
  expect(opened[1]?.isOpen).toBe(true);
});

test('a port that is another each time is kept for nobody', async () => {
  const any: Target = { ...AT, port: 0 };
  const first = await serve(any);
  const letGo = kept.keep([any]);
  await first.listener.stop();
  expect(opened[0]?.isOpen).toBe(false);
  await letGo();
});

test('a place that is reserved listens before anybody serves it, and who comes meanwhile waits for the first', async () => {
  expect(await kept.reserve(AT)).toEqual(AT);
  const [reserved] = opened;
  const early = arrive(reserved);
  const letGo = kept.keep([AT]);
  const first = await serve(AT, 20);
  const late = arrive(reserved);
  await letGo();
  expect(opened).toHaveLength(1);
  expect(first.clients).toEqual([early, late]);
  expect([reserved?.isOpen, reserved?.receiver.maxConnections, reserved?.receiver.beacon]).toEqual([true, 20, 'redis']);
});

test('a reserved place that nobody serves is closed, and who waits there is reset', async () => {
  await kept.reserve(AT);
  const early = arrive(opened[0]);
  await kept.keep([])();
  expect([opened[0]?.isOpen, early.destroyed]).toEqual([false, true]);
});
