import { type Destination, RelayError, splice } from '@mdns-ambassador/relay';
import { countFuzzRuns, FUZZ_TIMEOUT_MS } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { MemoryLeg } from '../../../relay/test/memory-leg.ts';
import { readLogin, writeCommand } from '../../src/redis/command.ts';
import { CommandScanner } from '../../src/redis/command-scanner.ts';
import { FrameScanner } from '../../src/redis/frame-scanner.ts';
import { RedisPrologue } from '../../src/redis/prologue.ts';
import { RedisSession } from '../../src/redis/session.ts';
import { SessionLeg } from '../../src/redis/session-leg.ts';
import { cut } from '../chop.ts';
import { LiveObjects } from '../live-objects.ts';
import { secretsOf } from './redis-world.ts';

const RUNS = countFuzzRuns(3000);
const DESTINATION: Destination = { endpointId: 'a', name: 'redis on h1', proof: 'mesh' };
const LOGIN = writeCommand(['AUTH', 'app', 'right']);
const LISTENED = ['data', 'end', 'close'] as const;
const NOBODY = LISTENED.map(() => 0);

const fragment = fc.oneof(
  fc.constantFrom(
    '*1\r\n$5\r\nRESET\r\n',
    '*2\r\n$4\r\nAUTH\r\n$1\r\nx\r\n',
    '*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n',
    '*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$1\r\na\r\n',
    '*-1\r\n',
    '*0\r\n',
    '*99999999999\r\n',
    '*1000000000\r\n',
    '$-1\r\n',
    '$1000000000\r\n',
    '+RESET\r\n',
    '+OK\r\n',
    '-MOVED 1 a:1\r\n',
    "-NOPERM no permissions to run the 'reset' command\r\n",
    '>2\r\n',
    '|1\r\n',
    '%1\r\n',
    '\r\n',
    '\n',
    'AUTH "',
    'RESET\r\n',
    'PSYNC ? -1\r\n',
    '\u0016\u0003\u0001',
  ),
  fc.string({ maxLength: 12 }),
);
const stream = fc
  .tuple(fc.array(fragment, { maxLength: 12 }), fc.uint8Array({ maxLength: 12 }))
  .map(([parts, tail]) => Buffer.concat([Buffer.from(parts.join(''), 'latin1'), tail]));
const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 });

test(
  `${RUNS} byte streams from client and server: nothing throws, and hardly more comes out than went in`,
  async () => {
    await fc.assert(
      fc.asyncProperty(stream, stream, sizes, async (fromClient, fromServer, by) => {
        let up = 0;
        let down = 0;
        const session = new RedisSession({
          toClient: (bytes) => {
            down += bytes.length;
          },
          toUpstream: (bytes) => {
            up += bytes.length;
          },
          login: () => LOGIN,
          nextLogin: async () => LOGIN,
          released: () => {},
          ended: () => {},
          moved: () => {},
          tlsClient: () => {},
        });
        const [client, server] = [cut(fromClient, by), cut(fromServer, by)];
        for (let turn = 0; turn < Math.max(client.length, server.length); turn += 1) {
          const [asked, answered] = [client[turn], server[turn]];
          if (asked !== undefined) session.takeClient(asked);
          if (answered !== undefined) session.takeUpstream(answered);
          if (turn % 3 === 0) await Promise.resolve();
        }
        session.endClient();
        // HELLO is written anew, an inline command becomes an array, and each AUTH becomes ours.
        expect(up).toBeLessThanOrEqual(fromClient.length * 12 + 64);
        expect(down).toBeLessThanOrEqual(fromServer.length + fromClient.length * 5 + 128);
      }),
      { numRuns: RUNS },
    );
  },
  FUZZ_TIMEOUT_MS,
);

test(
  'no bytes of either side make the login or the session after it throw anything else, hang, or keep a connection',
  async () => {
    const legs = new LiveObjects();
    await fc.assert(
      fc.asyncProperty(fc.boolean(), stream, stream, sizes, async (isWelcome, fromClient, fromServer, by) => {
        const [client, clientLeg] = MemoryLeg.pair();
        const [service, upstream] = MemoryLeg.pair();
        legs.watch(client, clientLeg, service, upstream);
        for (const leg of [client, clientLeg, service, upstream]) leg.on('error', () => {});
        for (const leg of [clientLeg, upstream]) leg.pause();
        const prologue = new RedisPrologue(
          { protocol: 'redis', username: 'app', password: secretsOf('right', 'before') },
          { now: () => 0, onEvent: () => {} },
        );
        const running = prologue.run(clientLeg, upstream, new AbortController().signal, DESTINATION);
        service.resume();
        client.resume();
        if (isWelcome) service.write('+OK\r\n');
        const [up, down] = [cut(fromClient, by), cut(fromServer, by)];
        for (const chunk of up) client.write(chunk);
        client.end();
        for (const chunk of down) if (!service.destroyed) service.write(chunk);
        if (!service.destroyed) service.end();
        const outcome = await running.catch((error: unknown) => error);
        if (outcome instanceof SessionLeg) {
          await splice(clientLeg, outcome).finished;
          await vi.waitFor(() => expect(upstream.destroyed).toBe(true), { timeout: 10_000, interval: 1 });
        } else {
          expect(outcome).toBeInstanceOf(RelayError);
          expect(LISTENED.map((event) => upstream.listenerCount(event))).toEqual(NOBODY);
          for (const leg of [clientLeg, upstream]) leg.resetAndDestroy();
        }
      }),
      { numRuns: countFuzzRuns(1000), timeout: 10_000 },
    );
    await vi.waitFor(async () => expect(await legs.count()).toBeLessThan(20), { timeout: 20_000 });
  },
  FUZZ_TIMEOUT_MS,
);

test('where frames and commands end does not depend on how the bytes are cut', () => {
  fc.assert(
    fc.property(stream, sizes, (bytes, by) => {
      expect(listEnds(new FrameScanner(), cut(bytes, by))).toEqual(listEnds(new FrameScanner(), [bytes]));
      expect(listEnds(new CommandScanner(), cut(bytes, by))).toEqual(listEnds(new CommandScanner(), [bytes]));
    }),
    { numRuns: Math.min(RUNS, 20_000) },
  );
});

test('what is decided of a beginning stays so when more comes', () => {
  fc.assert(
    fc.property(stream, stream, (bytes, more) => {
      const early = readLogin(bytes, 0);
      if (early.kind === 'incomplete') return;
      expect(readLogin(Buffer.concat([bytes, more]), 0)).toEqual(early);
    }),
    { numRuns: Math.min(RUNS, 20_000) },
  );
});

interface Scanner {
  readonly isLost: boolean;
  advance(chunk: Buffer, at: number): { readonly end: number } | undefined;
}

/** What was found, with its place in the whole. */
function listEnds(scanner: Scanner, chunks: readonly Buffer[]): readonly unknown[] {
  const found: unknown[] = [];
  let before = 0;
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const one = scanner.advance(chunk, at);
      if (one === undefined) break;
      found.push({ ...one, end: before + one.end });
      at = one.end;
    }
    before += chunk.length;
  }
  return [...found, scanner.isLost];
}
