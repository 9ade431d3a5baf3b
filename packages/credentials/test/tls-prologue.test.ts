import { type Destination, type Prologue, RelayError } from '@mdns-ambassador/relay';
import { countFuzzRuns, FUZZ_TIMEOUT_MS } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { MemoryLeg } from '../../relay/test/memory-leg.ts';
import { PostgresTlsPrologue } from '../src/postgres/tls-prologue.ts';
import { TlsPrologue } from '../src/tls-prologue.ts';
import { LiveObjects } from './live-objects.ts';

const DESTINATION: Destination = { endpointId: 'a', name: 'db on h1', proof: 'none' };
const TARGET = { serverName: 'db.test' };

function connect(): { readonly server: MemoryLeg; readonly upstream: MemoryLeg; readonly client: MemoryLeg } {
  const [server, upstream] = MemoryLeg.pair();
  const [, client] = MemoryLeg.pair();
  for (const leg of [server, upstream, client]) leg.on('error', () => {});
  upstream.pause();
  return { server, upstream, client };
}

function run(prologue: Prologue, { client, upstream }: ReturnType<typeof connect>, signal?: AbortSignal) {
  return prologue.run(client, upstream, signal ?? new AbortController().signal, DESTINATION);
}

test('a PostgreSQL that offers no TLS is told nothing more', async () => {
  const legs = connect();
  const running = run(new PostgresTlsPrologue(TARGET), legs);
  legs.server.write('N');
  await expect(running).rejects.toThrow(/offers no TLS/);
  expect(legs.server.read()).toEqual(Buffer.from('0000000804d2162f', 'hex'));
  expect(legs.server.readableLength).toBe(0);
});

test.each([['SR'], ['S', 'R']])(
  'what comes in clear behind the answer to a request for TLS is not believed: %j %j',
  async (...chunks) => {
    const legs = connect();
    const running = run(new PostgresTlsPrologue(TARGET), legs);
    // All of it is there when it is read.
    for (const chunk of chunks) legs.upstream.push(chunk);
    await expect(running).rejects.toThrow(/more than an answer/);
  },
);

test('a server that speaks no TLS is found out, and hears a handshake alone', async () => {
  const legs = connect();
  const running = run(new TlsPrologue(TARGET), legs);
  legs.server.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  await expect(running).rejects.toThrow('TLS with db.test failed: it does not speak TLS on this port');
  // ContentType handshake (RFC 8446 5.1).
  expect(legs.server.read()?.[0]).toBe(0x16);
});

test('a server that says nothing is given up with the dial', async () => {
  for (const prologue of [new TlsPrologue(TARGET), new PostgresTlsPrologue(TARGET)]) {
    const abort = new AbortController();
    const running = run(prologue, connect(), abort.signal);
    setImmediate(() => abort.abort());
    await expect(running).rejects.toThrow();
  }
});

test(
  'no bytes of a server make it throw anything but that the dial has failed, hang, or keep a connection',
  async () => {
    const held = new LiveObjects();
    const record = fc
      .tuple(fc.constantFrom(0x14, 0x15, 0x16, 0x17), fc.uint8Array({ maxLength: 40 }))
      .map(([type, body]) => Buffer.concat([Buffer.from([type, 3, 3, 0, body.length]), body]));
    const bytes = fc.array(fc.oneof(record, fc.uint8Array({ maxLength: 20 })), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.boolean(), bytes, async (isPostgres, chunks) => {
        const legs = connect();
        held.watch(legs.server, legs.upstream);
        const running = run(isPostgres ? new PostgresTlsPrologue(TARGET) : new TlsPrologue(TARGET), legs);
        legs.server.resume();
        if (isPostgres) {
          legs.server.write('S');
          await new Promise(setImmediate);
        }
        for (const chunk of chunks) if (!legs.server.destroyed) legs.server.write(chunk);
        if (!legs.server.destroyed) legs.server.end();
        const outcome = await running.catch((error: unknown) => error);
        expect(outcome instanceof RelayError || (outcome instanceof Error && outcome.name === 'ReadError')).toBe(true);
        legs.upstream.resetAndDestroy();
      }),
      { numRuns: countFuzzRuns(200), timeout: 10_000 },
    );
    await vi.waitFor(async () => expect(await held.count()).toBeLessThan(20), { timeout: 20_000 });
  },
  FUZZ_TIMEOUT_MS,
);
