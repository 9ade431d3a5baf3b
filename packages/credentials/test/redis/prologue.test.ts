import { Refusal } from '@mdns-ambassador/relay';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeCommand } from '../../src/redis/command.ts';
import { Secret } from '../../src/secret.ts';
import { cut } from '../chop.ts';
import { FakeRedis } from './fake-redis.ts';
import { createWorld, readAll, secretsOf } from './redis-world.ts';

async function talk(text: string | Buffer, world = createWorld()): Promise<string> {
  const { client } = await world.connect();
  client.end(text);
  return readAll(client);
}

test('a client that says nothing of a login is logged in', async () => {
  const world = createWorld();
  expect(await talk('*1\r\n$6\r\nWHOAMI\r\n', world)).toBe('$3\r\napp\r\n');
  expect(world.server.logins).toEqual(['app right']);
});

test.each([
  ['at the beginning', [['auth', 'x'], ['AUTH', 'me', 'mine'], ['PING']], '+OK\r\n+OK\r\n+PONG\r\n'],
  ['at any time', [['PING'], ['AUTH', 'x'], ['PING'], ['AUTH', 'me', 'mine']], '+PONG\r\n+OK\r\n+PONG\r\n+OK\r\n'],
  [
    'within MULTI, in its turn',
    [['MULTI'], ['AUTH', 'me', 'mine'], ['PING'], ['EXEC']],
    '+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n+OK\r\n+PONG\r\n',
  ],
  [
    'after HELLO 3',
    [['HELLO', '3'], ['NULL'], ['AUTH', 'me', 'mine'], ['NULL']],
    '%2\r\n$6\r\nserver\r\n$5\r\nredis\r\n$5\r\nproto\r\n:3\r\n_\r\n+OK\r\n_\r\n',
  ],
])("the client's own AUTH becomes ours %s", async (_when, commands, replies) => {
  const world = createWorld();
  expect(await talk(Buffer.concat(commands.map((args) => writeCommand(args))), world)).toBe(replies);
  expect(new Set(world.server.logins)).toEqual(new Set(['app right']));
  expect(world.server.logins).toHaveLength(1 + commands.filter(([name]) => name?.toUpperCase() === 'AUTH').length);
});

test("a secret that has been replaced is what the client's next AUTH on a kept connection goes with", async () => {
  const secrets = { ...secretsOf('right'), current: new Secret(Buffer.from('right')) };
  const world = createWorld(secrets);
  const { client } = await world.connect();
  secrets.current = new Secret(Buffer.from('new'));
  world.server.password = 'new';
  client.end(Buffer.concat([writeCommand(['AUTH', 'x']), writeCommand(['WHOAMI'])]));
  expect(await readAll(client)).toBe('+OK\r\n$3\r\napp\r\n');
  expect(world.server.logins).toEqual(['app right', 'app new']);
});

test("HELLO keeps its version and name and loses the client's login", async () => {
  const world = createWorld();
  const text = Buffer.concat([
    writeCommand(['HELLO', '3', 'AUTH', 'default', 'placeholder', 'SETNAME', 'web']),
    writeCommand(['CLIENT', 'GETNAME']),
  ]);
  expect(await talk(text, world)).toBe('%2\r\n$6\r\nserver\r\n$5\r\nredis\r\n$5\r\nproto\r\n:3\r\n$3\r\nweb\r\n');
  expect(world.server.logins).toEqual(['app right']);
});

test('what the server says of a wrong HELLO or AUTH reaches the client', async () => {
  expect(await talk(writeCommand(['HELLO', '9', 'AUTH', 'a', 'b']))).toBe('-NOPROTO unsupported protocol version\r\n');
  expect(await talk(writeCommand(['HELLO', '3', 'AUTH', 'a']))).toMatch(/^-ERR Syntax error/);
  const world = createWorld();
  await talk(writeCommand(['AUTH', 'a', 'b', 'c']), world);
  expect(world.server.commands).toEqual(['AUTH', 'AUTH']);
});

test('inline commands are understood, blank lines are nothing', async () => {
  expect(await talk('\r\nAUTH "a b" c\r\n\r\nPING\r\n')).toBe('+OK\r\n+PONG\r\n');
});

test('after RESET the login is done again before anything else passes', async () => {
  const world = createWorld();
  const text = Buffer.concat(
    [['PING'], ['RESET'], ['WHOAMI'], ['NESTED'], ['reset'], ['AUTH', 'x'], ['WHOAMI']].map((args) =>
      writeCommand(args),
    ),
  );
  expect(await talk(text, world)).toBe(
    `+PONG\r\n+RESET\r\n$3\r\napp\r\n*3\r\n*-1\r\n*0\r\n*2\r\n:1\r\n$21\r\n-MOVED 1 10.0.0.1:1\r\n\r\n+RESET\r\n+OK\r\n$3\r\napp\r\n`,
  );
  expect(world.server.logins, "the first, one for each RESET, and the client's").toEqual(Array(4).fill('app right'));
  expect(world.events).toEqual([]);
});

test('a server that takes no login after RESET ends the session with an error', async () => {
  const world = createWorld();
  const { client } = await world.connect();
  world.server.password = 'changed';
  client.write(Buffer.concat([writeCommand(['PING']), writeCommand(['RESET']), writeCommand(['WHOAMI'])]));
  expect(await readAll(client)).toMatch(/^\+PONG\r\n\+RESET\r\n-NOAUTH ambassador: /);
  expect(world.server.commands).not.toContain('WHOAMI');
  expect(world.events).toEqual([expect.objectContaining({ kind: 'refused' })]);
});

test('a RESET that the server does not know changes nothing', async () => {
  const world = createWorld();
  world.server.answer = (_connection, args) =>
    args[0] === 'AUTH'
      ? '+OK\r\n'
      : args[0] === 'RESET'
        ? "-ERR unknown command 'RESET', with args beginning with: \r\n"
        : '+PONG\r\n';
  const text = Buffer.concat([writeCommand(['PING']), writeCommand(['RESET']), writeCommand(['PING'])]);
  expect(await talk(text, world)).toBe(
    "+PONG\r\n-ERR unknown command 'RESET', with args beginning with: \r\n+PONG\r\n",
  );
});

test('a replica is left alone: what it is sent is no RESP', async () => {
  const world = createWorld();
  const { client, upstream } = await world.connect();
  const rdb = Buffer.concat([Buffer.from('$8\r\nREDIS001'), Buffer.from('*1\r\n$5\r\nRESET\r\n')]);
  world.server.answer = () => '';
  client.write(writeCommand(['SYNC']));
  await new Promise((resolve) => setImmediate(resolve));
  upstream.push(rdb);
  upstream.push(null);
  expect(await readAll(client)).toBe(rdb.toString());
});

test('a redirection of a cluster is told once, and passed on', async () => {
  const world = createWorld();
  expect(await talk(Buffer.concat([writeCommand(['MOVED']), writeCommand(['MOVED'])]), world)).toBe(
    '-MOVED 3999 10.0.0.9:6381\r\n-MOVED 3999 10.0.0.9:6381\r\n',
  );
  expect(world.events).toEqual([{ kind: 'moved', protocol: 'redis', to: '10.0.0.9:6381' }]);
});

test('a client that speaks TLS is told of, and its bytes reach nobody', async () => {
  const world = createWorld();
  const { client } = await world.connect();
  client.write(Buffer.from('16030100c8010000c40303', 'hex'));
  expect(await readAll(client)).toBe('');
  expect(world.events).toEqual([{ kind: 'tls-client', protocol: 'redis' }]);
  expect(world.server.commands).toEqual(['AUTH']);
});

test('a refused secret is followed by the one before, on the same connection', async () => {
  const world = createWorld(secretsOf('new', 'right'));
  expect(await talk(writeCommand(['WHOAMI']), world)).toBe('$3\r\napp\r\n');
  expect(world.server.logins).toEqual(['app new', 'app right']);
  await world.connect();
  expect(world.events, 'told once').toEqual([{ kind: 'outdated', protocol: 'redis', destination: 'redis on h1' }]);
});

test('refused credentials are told in the words of Redis, and not tried again for a while', async () => {
  const world = createWorld(secretsOf('wrong'));
  const refusal = await world.connect().catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Refusal);
  if (!(refusal instanceof Refusal)) return;
  expect(String(Buffer.from(refusal.reply))).toMatch(
    /^-ERR ambassador: redis on h1 refuses the credentials: WRONGPASS.*\r\n$/,
  );
  expect(`${refusal.message}${refusal.stack}`).not.toContain('wrong ');
  for (let client = 0; client < 50; client += 1) await expect(world.connect()).rejects.toBeInstanceOf(Refusal);
  expect(world.server.logins).toHaveLength(1);
  expect(world.events).toHaveLength(1);
  world.clock.now += 600;
  await expect(world.connect()).rejects.toBeInstanceOf(Refusal);
  expect(world.server.logins).toHaveLength(2);
  world.server.password = 'wrong';
  world.clock.now += 20_000;
  await world.connect();
});

test("a server that repeats AUTH's arguments does not get them into any message", async () => {
  const world = createWorld(secretsOf('s3cret'));
  world.server.answer = () => "-ERR unknown command 'AUTH', with args beginning with: 'app' 's3cret' \r\n";
  const refusal = await world.connect().catch((error: unknown) => error);
  if (!(refusal instanceof Refusal)) throw refusal;
  const shown = `${refusal.message}${refusal.stack}${Buffer.from(refusal.reply)}${JSON.stringify(world.events)}`;
  expect(shown).not.toContain('s3cret');
});

test.each([
  '-ERR max number of clients reached\r\n',
  '-DENIED Redis is running in protected mode\r\n',
  'HTTP/1.1 400 Bad Request\r\n',
])('%j says nothing of the credentials: another endpoint is tried', async (text) => {
  const world = createWorld();
  world.server.answer = () => text;
  const failure = await world.connect().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  expect(failure).not.toBeInstanceOf(Refusal);
  expect(world.events).toEqual([]);
});

test('a reset passes through a session both ways, and so does a half-close', async () => {
  const world = createWorld();
  const one = await world.connect();
  const lost = new Promise((resolve) => one.client.once('error', resolve));
  one.upstream.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
  await expect(lost).resolves.toMatchObject({ code: 'ECONNRESET' });
  await expect(one.splice.finished).resolves.toMatchObject({ kind: 'reset', by: 'upstream' });
  const other = await world.connect();
  other.client.resetAndDestroy();
  await expect(other.splice.finished).resolves.toMatchObject({ kind: 'reset', by: 'client' });
  expect(other.upstream.destroyed).toBe(true);
  expect(await talk(writeCommand(['PING']))).toBe('+PONG\r\n');
});

test('a server that closes instead of answering has the client closed, whatever it has sent ahead', async () => {
  const world = createWorld();
  const { client, upstream, splice } = await world.connect();
  world.server.answer = () => '';
  client.resume().end(Buffer.concat([writeCommand(['HELLO', '3']), writeCommand(['PING'])]));
  await new Promise((resolve) => setImmediate(resolve));
  upstream.push(null);
  await expect(splice.finished).resolves.toEqual({ kind: 'ended' });
});

test('a server that closes right after the login is no place for the client', async () => {
  const world = createWorld();
  const serve = world.server.serve.bind(world.server);
  world.server.serve = (leg) => {
    serve(leg);
    leg.once('data', () => leg.end());
  };
  await expect(world.connect()).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('a server that refuses one secret and closes is not waited for with the next', async () => {
  const world = createWorld(secretsOf('new', 'right'));
  const serve = world.server.serve.bind(world.server);
  world.server.serve = (leg) => {
    serve(leg);
    leg.once('data', () => leg.end());
  };
  await expect(world.connect()).rejects.toMatchObject({ code: 'ECONNRESET' });
});

const words = fc.constantFrom(
  'AUTH',
  'me',
  '2',
  '3',
  'SETNAME',
  'x',
  'mine',
  '+RESET\r\n',
  '*1\r\n',
  '',
  'a'.repeat(3000),
);
const command = fc.oneof(
  fc.constantFrom(
    ['AUTH', 'x'],
    ['AUTH', 'a', 'b'],
    ['HELLO'],
    ['HELLO', '2'],
    ['HELLO', '3'],
    ['HELLO', '3', 'AUTH', 'a', 'b'],
    ['HELLO', '2', 'SETNAME', 'AUTH', 'AUTH', 'a', 'b'],
    ['CLIENT', 'SETINFO', 'LIB-NAME', 'x'],
    ['CLIENT', 'SETNAME', 'web'],
    ['CLIENT', 'GETNAME'],
    ['RESET'],
    ['PING'],
    ['NULL'],
    ['NESTED'],
    ['WHOAMI'],
  ),
  words.map((word) => ['ECHO', word]),
);

/** What a server that asks for no password would answer to each. */
function expectReplies(commands: readonly (readonly string[])[]): string {
  const server = new FakeRedis();
  const connection = { user: 'app', protocol: 2 as 2 | 3, name: '' };
  return commands
    .map((args) => {
      const [name] = args;
      if (name === 'AUTH') return '+OK\r\n';
      const bare = name === 'HELLO' && args[2] === 'AUTH' ? args.slice(0, 2) : args;
      const reply = server.answer(connection, name === 'HELLO' && args[2] === 'SETNAME' ? args.slice(0, 4) : bare);
      if (name === 'RESET') Object.assign(connection, { user: 'app' });
      return reply;
    })
    .join('');
}

test('every sequence of commands in every chunking of both sides is answered as if there were no password', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(command, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      fc.boolean(),
      async (commands, sizes, isPatient, isCut) => {
        const { client } = await createWorld().connect(isCut ? sizes : undefined);
        const reply = readAll(client);
        for (const chunk of cut(Buffer.concat(commands.map((args) => writeCommand(args))), sizes)) {
          client.write(chunk);
          if (isPatient) await new Promise((resolve) => setImmediate(resolve));
        }
        client.end();
        expect(await reply).toBe(expectReplies(commands));
      },
    ),
    { numRuns: 300 },
  );
});
