import { PassThrough } from 'node:stream';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { EventStream, HEARTBEAT_MS, MAX_EVENT_CLIENTS, MAX_UNREAD_BYTES } from '../src/event-stream.ts';

const FIRST = { event: 'status' };

function follow(stream: EventStream): { readonly client: PassThrough; readonly read: () => string } {
  const client = new PassThrough();
  stream.add(client, FIRST);
  return { client, read: () => readAll(client) };
}

/** One read is one chunk from Node 26 on. */
function readAll(client: PassThrough): string {
  let text = '';
  for (let chunk: unknown = client.read(); chunk !== null; chunk = client.read()) text += String(chunk);
  return text;
}

async function closed(client: PassThrough): Promise<void> {
  await new Promise<void>((resolve) => client.once('close', resolve));
}

test('a client gets where things stand, then every event with a number of its own', () => {
  const stream = new EventStream(new ManualClock());
  const { read } = follow(stream);
  expect(read()).toBe('retry: 2000\nid: 0\ndata: {"event":"status"}\n\n');
  stream.publish({ event: 'endpoint-added', service: 'redis' });
  stream.publish({ event: 'endpoint-removed', reason: 'a\nb' });
  expect(read()).toBe(
    'id: 1\ndata: {"event":"endpoint-added","service":"redis"}\n\nid: 2\ndata: {"event":"endpoint-removed","reason":"a\\nb"}\n\n',
  );
});

test('a silent stream shows that it lives, and only while somebody follows', async () => {
  const clock = new ManualClock();
  const stream = new EventStream(clock);
  const { client, read } = follow(stream);
  read();
  await clock.advance(2 * HEARTBEAT_MS);
  expect(read()).toBe(': alive\n\n: alive\n\n');
  client.destroy();
  await closed(client);
  expect(clock.pendingTimers).toBe(0);
});

test('there is room for a number of clients, and again when one leaves', async () => {
  const stream = new EventStream(new ManualClock());
  const clients = Array.from({ length: MAX_EVENT_CLIENTS }, () => follow(stream).client);
  expect(stream.isFull).toBe(true);
  const [client] = clients;
  client?.destroy();
  if (client !== undefined) await closed(client);
  expect(stream.isFull).toBe(false);
});

test('a client that does not read is dropped, and the others are not', async () => {
  const stream = new EventStream(new ManualClock());
  const slow = follow(stream);
  const good = follow(stream);
  const gone = closed(slow.client);
  const event = { event: 'large', text: 'x'.repeat(10_000) };
  for (let sent = 0; sent < 2 * MAX_UNREAD_BYTES; sent += 10_000) {
    stream.publish(event);
    good.read();
  }
  await gone;
  expect(good.client.destroyed).toBe(false);
});

test('closing ends every stream and leaves no timer', async () => {
  const clock = new ManualClock();
  const stream = new EventStream(clock);
  const { client } = follow(stream);
  client.resume();
  stream.close();
  await closed(client);
  expect(clock.pendingTimers).toBe(0);
});
