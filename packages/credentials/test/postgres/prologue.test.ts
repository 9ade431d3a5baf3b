import type { Destination } from '@mdns-ambassador/relay';
import { Redial, Refusal, splice } from '@mdns-ambassador/relay';
import { countFuzzRuns, FUZZ_TIMEOUT_MS } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { MemoryLeg } from '../../../relay/test/memory-leg.ts';
import type { CredentialEvent } from '../../src/credential-event.ts';
import type { Holder } from '../../src/port-holder.ts';
import { parseError } from '../../src/postgres/error-response.ts';
import { encodeInt32, encodeMessage, endString } from '../../src/postgres/message.ts';
import { PostgresPrologue } from '../../src/postgres/prologue.ts';
import { encodeStartup, SSL_REQUEST } from '../../src/postgres/startup.ts';
import { Secret } from '../../src/secret.ts';
import type { SecretSource } from '../../src/secret-source.ts';
import { createChoppedPair, cut } from '../chop.ts';
import { LiveObjects } from '../live-objects.ts';
import { FakePostgres, KEY, readMessage, type Way } from './fake-postgres.ts';

const FUZZ_RUNS = countFuzzRuns(300);
const STARTUP = encodeStartup(
  0x30000,
  new Map([
    ['user', 'nobody'],
    ['database', 'zoo'],
    ['application_name', 'psql'],
  ]),
);
const CANCEL = Buffer.concat([Buffer.from('0000001004d2162e', 'hex'), KEY]);
const MESH: Destination = { endpointId: 'a', name: 'db on h1', proof: 'mesh' };

function secretsOf(...texts: string[]): SecretSource {
  const secrets = texts.map((text) => new Secret(Buffer.from(text)));
  const [current = new Secret(Buffer.alloc(0))] = secrets;
  return {
    name: '/secret',
    current,
    async *candidates() {
      yield* secrets;
    },
  };
}

interface Set {
  readonly password?: SecretSource;
  readonly database?: string;
  readonly destination?: Destination;
  readonly holder?: Holder;
}

function open({ password = secretsOf('secret'), database, destination = MESH, holder }: Set = {}) {
  const events: CredentialEvent[] = [];
  const context = {
    now: () => 0,
    onEvent: (event: CredentialEvent) => events.push(event),
    ...(holder === undefined ? {} : { holderOf: () => holder }),
  };
  const credential = {
    protocol: 'postgres',
    username: 'app',
    password,
    ...(database === undefined ? {} : { database }),
  } as const;
  const prologue = new PostgresPrologue(credential, context);
  const [client, clientLeg] = MemoryLeg.pair();
  const abort = new AbortController();
  const connect = (sizes?: readonly number[]) => {
    const [server, upstream] = sizes === undefined ? MemoryLeg.pair() : createChoppedPair(sizes);
    for (const leg of [server, upstream]) leg.on('error', () => {});
    upstream.pause();
    return { server, upstream, run: () => prologue.run(clientLeg, upstream, abort.signal, destination) };
  };
  for (const leg of [client, clientLeg]) leg.on('error', () => {});
  clientLeg.pause();
  return { client, clientLeg, connect, events, abort, prologue };
}

async function logIn(way: Way, set: Set = {}) {
  const { client, connect, events } = open(set);
  const { server, upstream, run } = connect();
  const postgres = new FakePostgres(way);
  client.write(STARTUP);
  const served = postgres.serve(server);
  const outcome = await run().catch((error: unknown) => error);
  return { client, server, upstream, postgres, served, outcome, events };
}

test.each(['trust', 'cleartext', 'md5', 'scram'] as const)('a client is logged in by %s and told so', async (way) => {
  const { client, upstream, outcome, postgres, served } = await logIn(way);
  expect(outcome).toBe(upstream);
  expect(await served).toBe(true);
  expect(await readMessage(client)).toEqual({ type: 'R', body: encodeInt32(0) });
  expect(client.readableLength).toBe(0);
  expect((await readMessage(upstream)).type).toBe('S');
  expect((await readMessage(upstream)).body).toEqual(KEY);
  expect(postgres.seen).toEqual([
    {
      kind: 'startup',
      version: 0x30000,
      parameters: new Map([
        ['user', 'app'],
        ['database', 'zoo'],
        ['application_name', 'psql'],
      ]),
    },
  ]);
});

test("the credential's database takes the place of the client's", async () => {
  const { postgres } = await logIn('trust', { database: 'farm' });
  expect(postgres.seen[0]).toMatchObject({
    parameters: new Map(Object.entries({ user: 'app', database: 'farm', application_name: 'psql' })),
  });
});

test('what the server says of the protocol version reaches the client before the login', async () => {
  const { client, connect } = open();
  const { server, run } = connect();
  client.write(encodeStartup(0x30002, new Map([['user', 'x']])));
  void new FakePostgres('scram').serve(server);
  await run();
  expect((await readMessage(client)).type).toBe('v');
  expect((await readMessage(client)).type).toBe('R');
});

test('requests for encryption are declined in every chunking', async () => {
  const chunks = fc.array(fc.integer({ min: 1, max: STARTUP.length - 1 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(chunks, fc.boolean(), async (places, asksTwice) => {
      const { client, connect } = open();
      const { server, run } = connect();
      const served = new FakePostgres('md5').serve(server);
      const running = run();
      for (let asked = 0; asked < (asksTwice ? 2 : 1); asked += 1) {
        client.write(SSL_REQUEST);
        expect(await readBytes(client, 1)).toBe('N');
      }
      const sorted = [...places].sort((a, b) => a - b);
      let from = 0;
      for (const to of [...sorted, STARTUP.length]) {
        client.write(STARTUP.subarray(from, to));
        from = to;
      }
      await running;
      expect(await served).toBe(true);
      expect((await readMessage(client)).type).toBe('R');
    }),
    { numRuns: 30 },
  );
});

const QUERY = encodeMessage('Q', endString('SELECT 1'));
const RESULT = Buffer.concat([encodeMessage('C', endString('SELECT 1')), encodeMessage('Z', Buffer.from('I'))]);

test('every login in every chunking of both sides is the same conversation', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 4 });
  const ways = fc.constantFrom<Way>('trust', 'cleartext', 'md5', 'scram');
  await fc.assert(
    fc.asyncProperty(ways, fc.boolean(), fc.boolean(), sizes, async (way, isNew, isHasty, by) => {
      const { client, clientLeg, connect } = open();
      const { server, run } = connect(by);
      const startup = encodeStartup(isNew ? 0x30002 : 0x30000, new Map([['user', 'nobody']]));
      const serving = new FakePostgres(way).serve(server).then(async (isWelcome) => {
        const query = await readMessage(server);
        server.end(RESULT);
        return [isWelcome, query];
      });
      // A hasty client asks before it is let in.
      for (const chunk of cut(isHasty ? Buffer.concat([startup, QUERY]) : startup, by)) client.write(chunk);
      const spliced = splice(clientLeg, await run());
      if (!isHasty) for (const chunk of cut(QUERY, by)) client.write(chunk);
      const told: Buffer[] = [];
      for await (const bytes of client.iterator({ destroyOnReturn: false })) told.push(bytes);
      expect(Buffer.concat(told)).toEqual(
        Buffer.concat([
          ...(isNew ? [encodeMessage('v', encodeInt32(0x30000), encodeInt32(0))] : []),
          encodeMessage('R', encodeInt32(0)),
          encodeMessage('S', endString('server_version'), endString('15.9')),
          encodeMessage('K', KEY),
          encodeMessage('Z', Buffer.from('I')),
          RESULT,
        ]),
      );
      expect(await serving).toEqual([true, { type: 'Q', body: endString('SELECT 1') }]);
      client.end();
      await spliced.finished;
    }),
    { numRuns: 60, timeout: 30_000 },
  );
});

test('bytes behind a request for encryption get the client refused', async () => {
  const { client, connect } = open();
  const { run } = connect();
  client.write(Buffer.concat([SSL_REQUEST, STARTUP]));
  await expect(run()).rejects.toThrow(Refusal);
  expect(client.readableLength).toBe(0);
});

test('a TLS ClientHello is told that there is no TLS', async () => {
  const { client, connect, events } = open();
  const { run } = connect();
  client.write(Buffer.from('160301', 'hex'));
  const refusal = await run().catch((error: unknown) => error);
  expect(refusal instanceof Refusal && parseError(Buffer.from(refusal.reply).subarray(5)).message).toContain('no TLS');
  expect(events).toEqual([{ kind: 'tls-client', protocol: 'postgres' }]);
});

test('a cancel request goes on as it came', async () => {
  const { client, clientLeg, connect } = open();
  const { upstream, run } = connect();
  client.write(CANCEL);
  expect(await run()).toBe(upstream);
  expect(clientLeg.read()).toEqual(CANCEL);
});

test('a wrong secret is told as 28P01, nothing of it, and no failed dial', async () => {
  const { client, connect, events } = open({ password: secretsOf('wrong') });
  const { server, run } = connect();
  client.write(STARTUP);
  void new FakePostgres('scram').serve(server);
  const refusal = await run().catch((error: unknown) => error);
  if (!(refusal instanceof Refusal)) throw refusal;
  const { code, message } = parseError(Buffer.from(refusal.reply).subarray(5));
  expect(code).toBe('28P01');
  expect(message).toContain('db on h1 refuses the credentials');
  expect(message).not.toContain('wrong');
  expect(refusal.isPassing).toBe(false);
  expect(events.map(({ kind }) => kind)).toEqual(['refused']);
});

test('each secret that may be right has a dial of its own, and the client notices nothing', async () => {
  const { client, connect, events } = open({ password: secretsOf('old', 'secret') });
  client.write(STARTUP);
  const first = connect();
  void new FakePostgres('scram').serve(first.server);
  await expect(first.run()).rejects.toThrow(Redial);
  const second = connect();
  void new FakePostgres('scram').serve(second.server);
  expect(await second.run()).toBe(second.upstream);
  expect((await readMessage(client)).type).toBe('R');
  expect(events).toEqual([{ kind: 'outdated', protocol: 'postgres', destination: 'db on h1' }]);
});

test('a secret that was refused is not tried again at once', async () => {
  const { client, connect } = open({ password: secretsOf('wrong') });
  client.write(STARTUP);
  const first = connect();
  const postgres = new FakePostgres('md5');
  void postgres.serve(first.server);
  await first.run().catch(() => undefined);
  const second = connect();
  await expect(second.run()).rejects.toThrow(Refusal);
  expect(second.server.readableLength).toBe(0);
});

test('a server that does not know the password is not believed', async () => {
  const { outcome } = await logIn('liar');
  expect(outcome).toBeInstanceOf(Refusal);
  expect(String(outcome)).toContain('has not shown that it knows the password');
});

test.each([
  ['none', undefined],
  ['loopback', undefined],
  ['loopback', { kind: 'unknown' }],
] as const)('the password is told in clear text to nobody who is not proven: %s, %j', async (proof, holder) => {
  const { outcome, server } = await logIn('cleartext', { destination: { ...MESH, proof }, ...(holder && { holder }) });
  expect(String(outcome)).toContain('clear text');
  expect(server.readableLength).toBe(0);
});

test('the password is told in clear text to a user of this machine who is known to be the service', async () => {
  const { outcome } = await logIn('cleartext', {
    destination: { ...MESH, proof: 'loopback' },
    holder: { kind: 'trusted' },
  });
  expect(outcome).not.toBeInstanceOf(Error);
});

test('a server that ends the login with SCRAM unfinished is not believed', async () => {
  const { client, connect } = open();
  const { server, run } = connect();
  client.write(STARTUP);
  server.write(
    Buffer.concat([
      encodeMessage('R', encodeInt32(10), Buffer.from('SCRAM-SHA-256\0\0')),
      encodeMessage('R', encodeInt32(0)),
    ]),
  );
  await expect(run()).rejects.toThrow(/broke off/);
});

test.each([
  ['no server of PostgreSQL', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['a message without end', Buffer.from('52ffffffff00000000', 'hex')],
  ['a message that is none', Buffer.from('520000000300000000', 'hex')],
  ['a query result', encodeMessage('T', Buffer.alloc(2))],
  ['SCRAM out of turn', encodeMessage('R', encodeInt32(12), Buffer.from('v='))],
])('%s makes the dial fail, and the client can go elsewhere', async (_what, answer) => {
  const { client, clientLeg, connect } = open();
  const { server, run } = connect();
  client.write(STARTUP);
  server.write(answer);
  const refusal = await run().catch((error: unknown) => error);
  expect(refusal instanceof Refusal && refusal.isPassing).toBe(true);
  expect(clientLeg.read()).toEqual(STARTUP);
});

test('a server without room sends the client elsewhere, with its own words for the end', async () => {
  const { client, connect } = open();
  const { server, run } = connect();
  client.write(STARTUP);
  server.end(encodeMessage('E', Buffer.from('SFATAL\0C53300\0Mtoo many clients\0\0')));
  const refusal = await run().catch((error: unknown) => error);
  if (!(refusal instanceof Refusal)) throw refusal;
  expect(refusal.isPassing).toBe(true);
  expect(parseError(Buffer.from(refusal.reply).subarray(5))).toMatchObject({ code: '53300' });
});

test('a server that closes while the client says nothing ends the wait', async () => {
  const { connect } = open();
  const { server, run } = connect();
  const running = run();
  server.end();
  await expect(running).rejects.toThrow(Refusal);
});

test(
  'no bytes of either side make it throw anything else, hang, or keep listeners or a connection',
  async () => {
    const legs = new LiveObjects();
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom<Uint8Array>(STARTUP, SSL_REQUEST, CANCEL),
      fc
        .tuple(fc.constantFrom('R', 'E', 'N', 'v', 'S', 'p'), fc.nat(13), fc.uint8Array({ maxLength: 30 }))
        .map(([type, code, body]) => encodeMessage(type, encodeInt32(code), body)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { maxLength: 5 }), fc.array(bytes, { maxLength: 5 }), async (up, down) => {
        const { client, clientLeg, connect } = open();
        const { server, upstream, run } = connect();
        legs.watch(client, clientLeg, server, upstream);
        for (const chunk of up) client.write(chunk);
        for (const chunk of down) server.write(chunk);
        client.end();
        server.end();
        server.resume();
        client.resume();
        const outcome = await run().catch((error: unknown) => error);
        expect(outcome === upstream || outcome instanceof Refusal || outcome instanceof Redial).toBe(true);
        expect(clientLeg.listenerCount('readable') + upstream.listenerCount('readable')).toBe(0);
      }),
      { numRuns: FUZZ_RUNS, timeout: 10_000 },
    );
    await vi.waitFor(async () => expect(await legs.count()).toBeLessThan(20), { timeout: 20_000 });
  },
  FUZZ_TIMEOUT_MS,
);

async function readBytes(leg: MemoryLeg, size: number): Promise<string> {
  for (;;) {
    const chunk: unknown = leg.read(size);
    if (chunk instanceof Uint8Array) return Buffer.from(chunk).toString('latin1');
    await new Promise((resolve) => leg.once('readable', resolve));
  }
}
