import { once } from 'node:events';
import { Uncaught } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type SpliceOptions, splice } from '../src/splice.ts';
import { MemoryLeg } from './memory-leg.ts';

/** `client` and `service` are the far ends of a spliced pair. */
function connect(options?: SpliceOptions) {
  const [client, clientLeg] = MemoryLeg.pair();
  const [service, upstreamLeg] = MemoryLeg.pair();
  for (const leg of [client, service, clientLeg, upstreamLeg]) leg.on('error', () => {});
  const live = splice(clientLeg, upstreamLeg, options);
  return { client, service, clientLeg, upstreamLeg, live };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test('bytes pass both ways and are counted', async () => {
  const { client, service, live } = connect();
  client.end('question');
  expect(await readText(service)).toBe('question');
  service.end('answer!');
  expect(await readText(client)).toBe('answer!');
  expect(await live.finished).toEqual({ kind: 'ended' });
  expect([live.bytesUp, live.bytesDown]).toEqual([8, 7]);
});

test('any chunks arrive whole and in order, both ways at once', async () => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 3000 }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(chunks, chunks, async (up, down) => {
      const { client, service, live } = connect();
      const arrived = Promise.all([collect(service), collect(client)]);
      for (const chunk of up) client.write(chunk);
      for (const chunk of down) service.write(chunk);
      client.end();
      service.end();
      expect(await arrived).toEqual([Buffer.concat(up), Buffer.concat(down)]);
      expect(await live.finished).toEqual({ kind: 'ended' });
    }),
    { numRuns: 50 },
  );
});

test('a side that does not read stops the other from being read', async () => {
  const { client, service, live } = connect();
  let accepted = 0;
  while (accepted < 1000 && client.write(Buffer.alloc(512))) accepted += 1;
  const turn = new Promise((resolve) => setImmediate(resolve));
  await turn;
  expect(live.bytesUp).toBeLessThan(8 * 1024);
  client.end();
  service.end();
  client.resume();
  await collect(service);
  expect((await live.finished).kind).toBe('ended');
});

describe('a reset', () => {
  test('of upstream resets the client', async () => {
    const { client, service, live } = connect();
    const failed = once(client, 'error');
    client.write('x');
    await once(service, 'readable');
    service.resetAndDestroy();
    expect(await failed).toMatchObject([{ code: 'ECONNRESET' }]);
    expect(await live.finished).toEqual({ kind: 'reset', by: 'upstream', code: 'ECONNRESET' });
  });

  test('of the client resets upstream', async () => {
    const { client, service, live } = connect();
    const failed = once(service, 'error');
    client.resetAndDestroy();
    expect(await failed).toMatchObject([{ code: 'ECONNRESET' }]);
    expect(await live.finished).toEqual({ kind: 'reset', by: 'client', code: 'ECONNRESET' });
  });

  test('after one side has ended still resets the other', async () => {
    const { client, service, live } = connect();
    client.end('question');
    expect(await readText(service)).toBe('question');
    const failed = once(client, 'error');
    service.resetAndDestroy();
    expect(await failed).toMatchObject([{ code: 'ECONNRESET' }]);
    expect(await live.finished).toMatchObject({ kind: 'reset', by: 'upstream' });
  });

  test('asked for resets both, once', async () => {
    const { client, service, live } = connect();
    const failed = Promise.all([once(client, 'error'), once(service, 'error')]);
    live.reset();
    live.reset();
    await failed;
    expect(await live.finished).toEqual({ kind: 'aborted' });
  });

  test('of an upstream that no byte has touched leaves the client to be carried elsewhere', async () => {
    const { client, clientLeg, service, live } = connect({ keepsUntouchedClient: () => true });
    service.resetAndDestroy();
    expect(await live.finished).toEqual({ kind: 'untouched', code: 'ECONNRESET' });
    const [another, anotherLeg] = MemoryLeg.pair();
    const again = splice(clientLeg, anotherLeg);
    client.end('question');
    another.end('answer');
    expect(await readText(another)).toBe('question');
    expect(await readText(client)).toBe('answer');
    expect(await again.finished).toEqual({ kind: 'ended' });
  });

  test('of an upstream that a byte has reached resets the client', async () => {
    const { client, service, live } = connect({ keepsUntouchedClient: () => true });
    const failed = once(client, 'error');
    client.write('x');
    await once(service, 'readable');
    service.resetAndDestroy();
    await failed;
    expect((await live.finished).kind).toBe('reset');
  });

  test('of an untouched upstream is not asked about after the client has ended', async () => {
    const { client, service, live } = connect({ keepsUntouchedClient: () => true });
    const failed = once(client, 'error');
    client.end();
    service.resume();
    await once(service, 'end');
    service.resetAndDestroy();
    await failed;
    expect((await live.finished).kind).toBe('reset');
  });
});

describe('a half-closed connection', () => {
  test('is carried on as long as bytes come', async () => {
    const { client, service, live } = connect({ halfOpenIdleMs: 60_000 });
    client.end();
    service.resume();
    await once(service, 'end');
    client.resume();
    for (let minute = 0; minute < 10; minute++) {
      service.write('still there');
      await once(client, 'data');
      vi.advanceTimersByTime(59_000);
    }
    service.end();
    expect(await live.finished).toEqual({ kind: 'ended' });
  });

  test('that stays silent is reset', async () => {
    const { client, service, live } = connect({ halfOpenIdleMs: 60_000 });
    client.end();
    service.resume();
    await once(service, 'end');
    const failed = once(service, 'error');
    vi.advanceTimersByTime(60_000);
    await failed;
    expect(await live.finished).toEqual({ kind: 'abandoned' });
  });
});

test('an end that was read before the splice is passed on', async () => {
  const [client, clientLeg] = MemoryLeg.pair();
  const [service, upstreamLeg] = MemoryLeg.pair();
  client.end();
  clientLeg.resume();
  await once(clientLeg, 'end');
  const live = splice(clientLeg, upstreamLeg);
  expect(await readText(service)).toBe('');
  service.end('answer');
  expect(await readText(client)).toBe('answer');
  expect(await live.finished).toEqual({ kind: 'ended' });
});

test('a leg that has closed before the splice resets the other', async () => {
  const [, clientLeg] = MemoryLeg.pair();
  const [service, upstreamLeg] = MemoryLeg.pair();
  clientLeg.destroy();
  await once(clientLeg, 'close');
  const failed = once(service, 'error');
  const live = splice(clientLeg, upstreamLeg);
  await failed;
  expect(await live.finished).toEqual({ kind: 'reset', by: 'client', code: 'ECONNRESET' });
});

test('a side that is not read is asked now and then whether it is there', async () => {
  const { client, clientLeg, service, live } = connect();
  const probe = vi.spyOn(clientLeg, 'write');
  for (let chunk = 0; chunk < 20; chunk++) client.write(Buffer.alloc(2048));
  await new Promise((resolve) => setImmediate(resolve));
  vi.advanceTimersByTime(30_000);
  expect(probe.mock.calls.map(([chunk]) => chunk.length)).toEqual([0]);
  const arrived = collect(service);
  client.end();
  service.end();
  client.resume();
  await arrived;
  expect(await live.finished).toEqual({ kind: 'ended' });
});

async function collect(leg: MemoryLeg): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of leg.iterator({ destroyOnReturn: false })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function readText(leg: MemoryLeg): Promise<string> {
  return String(await collect(leg));
}

describe.each(['write', 'end'] as const)('a side whose %s throws', (what) => {
  test('ends its pair, and the error is seen', async () => {
    using uncaught = new Uncaught();
    const { client, service, upstreamLeg, live } = connect();
    Reflect.set(upstreamLeg, what, () => {
      throw new Error('broken');
    });
    if (what === 'write') client.write('question');
    else client.end();
    expect(await live.finished).toEqual({ kind: 'aborted' });
    expect([client.destroyed, service.destroyed]).toEqual([true, true]);
    expect(uncaught.errors[0]).toEqual(new Error('broken'));
  });
});
