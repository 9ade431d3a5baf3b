import { Refusal } from '@mdns-ambassador/relay';
import { countFuzzRuns, FUZZ_TIMEOUT_MS } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { MemoryLeg } from '../../../relay/test/memory-leg.ts';
import { CancelKeys } from '../../src/postgres/cancel-keys.ts';
import { encodeMessage } from '../../src/postgres/message.ts';
import { createPostgresOpening } from '../../src/postgres/opening.ts';
import { encodeStartup, SSL_REQUEST } from '../../src/postgres/startup.ts';
import { KEY } from './fake-postgres.ts';

const STARTUP = encodeStartup(0x30000, new Map([['user', 'ann']]));
const CANCEL = Buffer.concat([Buffer.from('0000001004d2162e', 'hex'), KEY]);
const GREETING = Buffer.concat([encodeMessage('K', KEY), encodeMessage('Z', Buffer.from('I'))]);

function open(injects: boolean) {
  const keys = new CancelKeys();
  const opening = createPostgresOpening({ keys, injects });
  const connect = () => {
    const [far, near] = MemoryLeg.pair();
    for (const leg of [far, near]) leg.on('error', () => {});
    return { far, near };
  };
  const client = connect();
  const abort = new AbortController();
  return { keys, opening, client, abort, connect, hear: () => opening.hear(client.near, abort.signal) };
}

afterEach(() => {
  vi.useRealTimers();
});

test.each([true, false])('a session is heard and put back (injecting: %s)', async (injects) => {
  const { client, hear } = open(injects);
  client.far.write(STARTUP);
  const { endpointId } = await hear();
  expect(endpointId).toBeUndefined();
  expect(client.near.read()).toEqual(STARTUP);
});

test('a cancel request goes to whoever gave the key, as long as that connection lives', async () => {
  const { client, connect, hear, keys, opening, abort } = open(true);
  client.far.write(STARTUP);
  const { reached } = await hear();
  const upstream = connect();
  reached?.('b', upstream.near);
  upstream.near.resume();
  upstream.far.write(GREETING);
  await vi.waitFor(() => expect(keys.size).toBe(1));
  expect(upstream.near.listenerCount('data')).toBe(0);

  const other = connect();
  other.far.write(CANCEL);
  expect((await opening.hear(other.near, abort.signal)).endpointId).toBe('b');
  expect(other.near.read()).toEqual(CANCEL);
  upstream.near.destroy();
  await vi.waitFor(() => expect(keys.size).toBe(0));
  other.near.unshift(CANCEL);
  expect((await opening.hear(other.near, abort.signal)).endpointId).toBeUndefined();
});

test('a request for encryption is answered where the ambassador logs in, and passed on elsewhere', async () => {
  const injecting = open(true);
  injecting.client.far.write(SSL_REQUEST);
  const heard = injecting.hear();
  await vi.waitFor(() => expect(injecting.client.far.read()).toEqual(Buffer.from('N')));
  injecting.client.far.write(STARTUP);
  await heard;
  expect(injecting.client.near.read()).toEqual(STARTUP);

  const passing = open(false);
  passing.client.far.write(SSL_REQUEST);
  await passing.hear();
  expect(passing.client.near.read()).toEqual(SSL_REQUEST);
  expect(passing.client.far.readableLength).toBe(0);
});

test('what is no PostgreSQL is refused where the ambassador logs in, and passed on elsewhere', async () => {
  const injecting = open(true);
  injecting.client.far.write('GET / HTTP/1.1\r\n\r\n');
  await expect(injecting.hear()).rejects.toThrow(Refusal);
  const passing = open(false);
  passing.client.far.write('GET / HTTP/1.1\r\n\r\n');
  expect(await passing.hear()).toEqual({});
  expect(passing.client.near.read()).toEqual(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
});

test.each(['end', 'abort', 'silence'] as const)(
  'a client that says nothing is not waited for after its %s',
  async (what) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { client, hear, abort } = open(true);
    const heard = expect(hear()).rejects.toThrow();
    if (what === 'end') client.far.end();
    else if (what === 'abort') abort.abort();
    else await vi.advanceTimersByTimeAsync(60_000);
    await heard;
    expect(vi.getTimerCount()).toBe(0);
    expect(client.near.listenerCount('readable')).toBe(0);
  },
);

test(
  'no bytes of a client make it throw anything but a refusal, hang, or keep listeners, and those that go on are as they came',
  async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.constantFrom<Uint8Array>(STARTUP, SSL_REQUEST, CANCEL, Buffer.from('0000271000030000', 'hex')),
    );
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(bytes, { maxLength: 5 }), async (injects, chunks) => {
        const { client, hear } = open(injects);
        client.far.resume();
        const hearing = hear().catch((error: unknown) => error);
        for (const chunk of chunks) client.far.write(chunk);
        client.far.end();
        const outcome = await hearing;
        expect(['data', 'readable', 'end', 'close'].map((event) => client.near.listenerCount(event))).toEqual([
          0, 0, 0, 0,
        ]);
        if (outcome instanceof Error) {
          expect(outcome instanceof Refusal || outcome.name === 'ReadError').toBe(true);
        } else if (!injects) expect(Buffer.concat(await client.near.toArray())).toEqual(Buffer.concat(chunks));
      }),
      { numRuns: countFuzzRuns(300), timeout: 10_000 },
    );
  },
  FUZZ_TIMEOUT_MS,
);
