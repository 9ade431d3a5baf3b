import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type CreateEngineUnderTest, type EngineAbilities, EngineWorld } from './engine-world.ts';
import { seededRandom } from './seeded-random.ts';
import type { SuiteCase } from './suite-case.ts';
import {
  connectTo,
  echo,
  findClosedPort,
  greetWith,
  type Reading,
  readToEnd,
  SilentListener,
  type TcpService,
} from './tcp-peers.ts';

/** Long against everything that happens on loopback and on a busy machine, short against the patience of a test. */
const SOON_MS = 20_000;
/** Silence is noticed after seconds, by who looks again and again. */
const LOOK_MS = 250;
const UNANSWERED_LOOKS = 60;
/** A silent endpoint may cost a client the race's delay, and what a busy machine adds; who does not race waits twice as long. */
const RACED_MS = 10_000;

const ALL_ABILITIES: EngineAbilities = {
  resetsClients: true,
  retriesUntouched: true,
  seesAnswers: true,
  dialsAhead: false,
  reports: true,
  limitsAtOnce: true,
  sendsResets: true,
};

/**
 * The promises of the Engine interface, on loopback sockets; every engine keeps them all, and the cases of what
 * `abilities` says that it cannot are left out or ask for less. Each case gets a world of its own, which is gone when it ends. An engine may learn soon rather than at once what it
 * has carried.
 */
export function listEngineCases(
  createEngine: CreateEngineUnderTest,
  abilities: EngineAbilities = ALL_ABILITIES,
): readonly SuiteCase[] {
  const { seesAnswers, reports: doesReport } = abilities;
  const cases: Readonly<Record<string, (world: EngineWorld) => Promise<void>>> = {
    'carries bytes both ways': carriesBothWays,
    "passes a client's end on and still brings the answer": passesClientEnd,
    "passes an upstream's end on and still takes what the client sends": passesUpstreamEnd,
    'resets the client when upstream was reset': resetsClient,
    'resets the client when upstream was reset behind data': resetsClientBehindData,
    'resets upstream when the client was reset': resetsUpstream,
    'brings random chunks of many clients whole and unmixed': keepsIntegrity,
    'goes on to the next endpoint when one refuses': retriesRefused,
    'goes on to the next address of an endpoint when one refuses': retriesAddress,
    'goes on to another endpoint when one resets before a byte has passed': retriesUntouched,
    'tries another endpoint beside a silent one': racesSilent,
    'serves a client that came before the first endpoint': waitsForEndpoint,
    'serves a client whose only endpoint comes back in time': triesAgain,
    'resets a client that waited too long': givesUpWaiting,
    'says why when nobody could be reached': saysUnreachable,
    'frees the place of a client that left while it waited': freesPlaceOfWaiting,
    'resets the connections of one endpoint and leaves the others': resetsConnectionsOfOne,
    'resets those of an endpoint that moved, but not those at its new place': resetsConnectionsOfMoved,
    'takes nobody who has answered for one who has not': knowsAnswered,
    ...(seesAnswers ? { 'knows who was sent something and has not answered': knowsUnanswered } : {}),
    'lets connections finish while it drains, and takes no new ones': drains,
    'resets what has not finished when its time to drain is up': resetsAfterDrain,
    'refuses clients above its limit, and takes them again below it': limits,
    'tells the pool when a connection opens and when it ends': accounts,
    ...(doesReport ? { 'reports each connection when it has ended, if it is asked to': reports } : {}),
    'reports a connection that nobody could be found for': reportsFailed,
    'closed twice is closed once, and leaves nothing open': closesOnce,
  };
  return Object.entries(cases).map(([name, check]) => ({
    name,
    async run() {
      const world = new EngineWorld(createEngine, abilities);
      try {
        await check(world);
      } finally {
        await world.close();
      }
    },
  }));
}

async function carriesBothWays(world: EngineWorld): Promise<void> {
  await world.serve('a', greetWith('hello '));
  const client = await world.connect();
  client.end('and back');
  deepStrictEqual(await readText(client), 'hello and back');
}

async function passesClientEnd(world: EngineWorld): Promise<void> {
  await world.serve('a', (socket) => {
    socket.resume().once('end', () => setTimeout(() => socket.end('late answer'), 50));
  });
  const client = await world.connect();
  client.end('question');
  deepStrictEqual(await readText(client), 'late answer');
}

async function passesUpstreamEnd(world: EngineWorld): Promise<void> {
  const service = await world.serve('a', (socket) => socket.end('said all'));
  const arriving = await expectClient(world, service);
  const client = await world.connect();
  deepStrictEqual(await readText(client), 'said all');
  const upstream = await arriving.connection;
  client.end('more after your end');
  deepStrictEqual(await readText(upstream), 'more after your end');
}

async function resetsClient(world: EngineWorld): Promise<void> {
  await world.serve('a', (socket) => {
    socket.once('data', () => socket.resetAndDestroy());
  });
  const client = await world.connect();
  client.write('x');
  checkBroken(world, await readToEnd(client));
}

async function resetsClientBehindData(world: EngineWorld): Promise<void> {
  await world.serve('a', (socket) => {
    socket.once('data', () => socket.write('half an answ', () => socket.resetAndDestroy()));
  });
  for (let time = 0; time < 20; time++) {
    const client = await world.connect();
    client.write('x');
    checkBroken(world, await readToEnd(client));
  }
}

async function resetsUpstream(world: EngineWorld): Promise<void> {
  const service = await world.serve('a', (socket) => socket.write('ready'));
  const arriving = await expectClient(world, service);
  const client = await world.connect();
  await once(client, 'data');
  const reading = readToEnd(await arriving.connection);
  client.resetAndDestroy();
  deepStrictEqual(await reading, { kind: 'broken', code: 'ECONNRESET' });
}

async function keepsIntegrity(world: EngineWorld): Promise<void> {
  await world.serve('a', echo);
  await world.serve('b', echo);
  const random = seededRandom(7);
  const exchange = async (): Promise<void> => {
    const client = await world.connect();
    const sent = Array.from({ length: 1 + Math.floor(random() * 30) }, () =>
      Buffer.alloc(Math.floor(random() ** 3 * 200_000), Math.floor(random() * 256)),
    );
    const reading = readToEnd(client);
    for (const chunk of sent) if (!client.write(chunk)) await once(client, 'drain');
    client.end();
    const received = await reading;
    ok(received.kind === 'ended' && received.bytes.equals(Buffer.concat(sent)), 'bytes were lost, mixed or reordered');
  };
  await Promise.all(Array.from({ length: 40 }, exchange));
}

async function retriesRefused(world: EngineWorld): Promise<void> {
  world.know('a-dead', await findClosedPort());
  await world.serve('b', greetWith('b'));
  const client = await world.connect();
  client.end('!');
  deepStrictEqual(await readText(client), 'b!');
  checkOnlyFailure(world, 'a-dead', 'refused');
  deepStrictEqual(world.abilities.dialsAhead ? [...new Set(world.successes)] : world.successes, ['b']);
  ok(world.engine.counters.retried >= 1);
}

async function retriesAddress(world: EngineWorld): Promise<void> {
  const { port } = await world.serve('a', greetWith('a'));
  world.know('a', port, ['127.0.0.2', '127.0.0.1']);
  const client = await world.connect();
  client.end('!');
  deepStrictEqual(await readText(client), 'a!');
  deepStrictEqual(world.failures, []);
}

async function retriesUntouched(world: EngineWorld): Promise<void> {
  await world.serve('a', (socket) => socket.resetAndDestroy());
  await world.serve('b', greetWith('b'));
  const client = await world.connect();
  if (!world.abilities.retriesUntouched) {
    client.end('!');
    // A reset that comes while it still dials is a dial that failed, and then it goes on.
    ok(['', 'ECONNRESET', 'b!'].includes(await readText(client)));
    return;
  }
  const [greeting] = await once(client, 'data');
  strictEqual(String(greeting), 'b');
  deepStrictEqual(world.failures, [['a', 'reset']]);
  strictEqual(world.openOn('a'), 0);
}

async function racesSilent(world: EngineWorld): Promise<void> {
  const silent = await SilentListener.start();
  world.onClose(() => silent.close());
  world.know('a-silent', silent.port);
  await world.serve('b', greetWith('b'));
  const started = performance.now();
  const client = await world.connect();
  client.end('!');
  deepStrictEqual(await readText(client), 'b!');
  ok(performance.now() - started < RACED_MS, 'the silent endpoint was waited for');
  checkOnlyFailure(world, 'a-silent', 'timeout');
}

async function waitsForEndpoint(world: EngineWorld): Promise<void> {
  const client = await world.connect();
  client.write('early ');
  const reading = readText(client);
  await until(() => world.waiting === 1);
  await world.serve('a', echo);
  client.end('bird');
  deepStrictEqual(await reading, 'early bird');
}

async function triesAgain(world: EngineWorld): Promise<void> {
  const port = await findClosedPort();
  world.know('a', port);
  const client = await world.connect();
  const reading = readText(client);
  client.end('patience');
  await until(() => world.failures.length > 0);
  await world.serve('a', echo, port);
  deepStrictEqual(await reading, 'patience');
}

async function givesUpWaiting(world: EngineWorld): Promise<void> {
  world.connectTimeoutMs = 200;
  const client = await world.connect();
  checkBroken(world, await readToEnd(client));
  client.destroy();
  await until(() => world.waiting === 0);
  await until(() => world.engine.counters.failed === 1 && world.engine.counters.active === 0);
}

async function saysUnreachable(world: EngineWorld): Promise<void> {
  world.connectTimeoutMs = 200;
  world.know('a', await findClosedPort());
  const client = await world.connect();
  checkBroken(world, await readToEnd(client));
  await until(() => world.events.length > 0);
  deepStrictEqual(
    world.events.map(({ kind }) => kind),
    ['unreachable'],
  );
  await until(() => world.engine.counters.failed === 1);
}

async function freesPlaceOfWaiting(world: EngineWorld): Promise<void> {
  const left = await world.connect();
  const broke = await world.connect();
  await until(() => world.waiting === 2);
  left.destroy();
  // haproxy takes a reset that comes with data for an end, and who has asked may end and still wait for the answer.
  if (world.abilities.resetsClients) broke.write('x', () => broke.resetAndDestroy());
  else broke.resetAndDestroy();
  await until(() => world.waiting === 0 && world.engine.counters.active === 0);
}

async function resetsConnectionsOfMoved(world: EngineWorld): Promise<void> {
  await world.serve('a', greetWith('old'));
  const old = await world.connect();
  await once(old, 'data');
  const moved = await world.serve('a', greetWith('new'));
  const fresh = await world.connect();
  await once(fresh, 'data');
  await until(() => world.openOn('a') === 2);
  const reading = readToEnd(old);
  strictEqual(world.engine.resetConnectionsOf('a', world.describe('a', moved.port)), 1);
  checkBroken(world, await reading);
  fresh.end('still here');
  deepStrictEqual(await readText(fresh), 'still here');
}

async function knowsAnswered(world: EngineWorld): Promise<void> {
  await connectAnswered(world);
  deepStrictEqual([...world.engine.listUnanswered().keys()], []);
}

async function connectAnswered(world: EngineWorld): Promise<Socket> {
  await world.serve('a', echo);
  const answered = await world.connect();
  answered.write('hello');
  await once(answered, 'data');
  return answered;
}

async function knowsUnanswered(world: EngineWorld): Promise<void> {
  const answered = await connectAnswered(world);
  world.forget('a');
  await world.serve('b', (socket) => socket.resume());
  const ignored = await world.connect();
  ignored.write('anybody?');
  answered.write('hello again');
  for (let look = 0; look < UNANSWERED_LOOKS && world.engine.listUnanswered().size === 0; look++) await sleep(LOOK_MS);
  deepStrictEqual([...world.engine.listUnanswered().keys()], ['b']);
  deepStrictEqual(await world.engine.resetUnacknowledged('b'), 0);
}

async function resetsConnectionsOfOne(world: EngineWorld): Promise<void> {
  await world.serve('a', greetWith('a'));
  const ofA = await world.connect();
  await once(ofA, 'data');
  world.forget('a');
  await world.serve('b', greetWith('b'));
  const ofB = await world.connect();
  await once(ofB, 'data');
  await until(() => world.openOn('a') === 1);
  const reading = readToEnd(ofA);
  world.engine.resetConnectionsOf('a');
  checkBroken(world, await reading);
  ofB.end('still here');
  deepStrictEqual(await readText(ofB), 'still here');
}

async function drains(world: EngineWorld): Promise<void> {
  await world.serve('a', echo);
  const client = await world.connect();
  client.write('before ');
  await once(client, 'readable');
  const drained = world.engine.drain(SOON_MS);
  await until(async () => (await isRefused(world)) === true);
  client.end('after');
  deepStrictEqual(await readText(client), 'before after');
  const { finished, reset } = await drained;
  // Who only looked whether it still listens may have been carried, too.
  ok(finished >= 1);
  strictEqual(reset, 0);
}

async function resetsAfterDrain(world: EngineWorld): Promise<void> {
  await world.serve('a', greetWith('a'));
  const client = await world.connect();
  await once(client, 'data');
  const reading = readToEnd(client);
  deepStrictEqual(await world.engine.drain(100), { finished: 0, reset: 1 });
  checkBroken(world, await reading);
}

async function limits(world: EngineWorld): Promise<void> {
  world.maxConnections = 2;
  await world.serve('a', greetWith('a'));
  const first = await world.connect();
  const second = await world.connect();
  await Promise.all([once(first, 'data'), once(second, 'data')]);
  if (!world.abilities.limitsAtOnce) await untilOneIsRefused(world);
  else {
    const third = await world.connect().catch(() => undefined);
    strictEqual(third === undefined ? 0 : await readLength(third), 0);
  }
  await until(() => world.events.length > 0);
  deepStrictEqual(
    world.events.map(({ kind }) => kind),
    ['connections-full'],
  );
  first.end();
  await once(first, 'close');
  await until(() => world.engine.counters.active === 1);
  const fourth = await world.connect();
  await once(fourth, 'data');
}

/** Each that gets in leaves again. */
async function untilOneIsRefused(world: EngineWorld): Promise<void> {
  const deadline = performance.now() + SOON_MS;
  for (let isIn = true; isIn; ) {
    ok(performance.now() < deadline, 'more clients than the limit get in');
    const client = await world.connect().catch(() => undefined);
    isIn = client !== undefined && (await hears(client));
    client?.destroy();
    await sleep(LOOK_MS);
  }
}

/** Whether it is sent something before it is over. */
function hears(client: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    client.once('data', () => resolve(true));
    for (const end of ['end', 'error', 'close']) client.on(end, () => resolve(false));
  });
}

async function accounts(world: EngineWorld): Promise<void> {
  await world.serve('a', greetWith('a'));
  const client = await world.connect();
  await once(client, 'data');
  const counted = { accepted: 1, failed: 0, retried: 0, dropped: 0, overload: 0 };
  await until(() => world.openOn('a') === 1);
  await until(() => isDeepStrictEqual(world.engine.counters, { ...counted, active: 1, bytesUp: 0, bytesDown: 1 }));
  client.end('abc');
  await until(() => world.openOn('a') === 0);
  await until(() => isDeepStrictEqual(world.engine.counters, { ...counted, active: 0, bytesUp: 3, bytesDown: 4 }));
  strictEqual(world.ended.length, 0);
}

async function reports(world: EngineWorld): Promise<void> {
  world.reportConnections = true;
  await world.serve('a', greetWith('hello'));
  const client = await world.connect();
  await once(client, 'data');
  const { localPort: port } = client;
  strictEqual(world.ended.length, 0);
  client.end('abc');
  await until(() => world.ended.length > 0);
  const [ended] = world.ended;
  ok(ended !== undefined);
  const { client: from, endpoint, bytesUp, bytesDown, durationMs, dialMs = -1, outcome } = ended;
  deepStrictEqual(from, { address: '127.0.0.1', port });
  deepStrictEqual(
    { id: endpoint?.id, bytesUp, bytesDown, outcome },
    { id: 'a', bytesUp: 3, bytesDown: 8, outcome: { kind: 'ended' } },
  );
  ok(dialMs >= 0 && durationMs >= dialMs, `${dialMs} of ${durationMs} ms`);
  strictEqual(world.ended.length, 1);
}

async function reportsFailed(world: EngineWorld): Promise<void> {
  world.reportConnections = true;
  world.connectTimeoutMs = 200;
  const client = await world.connect();
  checkBroken(world, await readToEnd(client));
  await until(() => world.ended.length > 0);
  const [ended] = world.ended;
  ok(ended !== undefined);
  const { endpoint, bytesUp, bytesDown, outcome } = ended;
  deepStrictEqual(
    { endpoint, bytesUp, bytesDown, outcome },
    { endpoint: undefined, bytesUp: 0, bytesDown: 0, outcome: { kind: 'failed' } },
  );
}

async function closesOnce(world: EngineWorld): Promise<void> {
  const service = await world.serve('a', greetWith('a'));
  const client = await world.connect();
  await once(client, 'data');
  const reading = readToEnd(client);
  await Promise.all([world.engine.close(), world.engine.close()]);
  checkBroken(world, await reading);
  await until(() => service.connections.size === 0);
  strictEqual(world.openOn('a'), 0);
  strictEqual(await isRefused(world), true);
}

/** The next connection of a client; what the engine dials for itself is over by then. */
async function expectClient(
  world: EngineWorld,
  service: TcpService,
): Promise<{ readonly connection: Promise<Socket> }> {
  await world.start();
  if (world.abilities.dialsAhead) await until(() => world.successes.length > 0 && service.connections.size === 0);
  return { connection: service.next() };
}

/** An engine may dial the same endpoint more than once. */
function checkOnlyFailure({ failures }: EngineWorld, id: string, failure: string): void {
  deepStrictEqual([...new Set(failures.map(String))], [`${id},${failure}`]);
}

/** The client was told that its connection broke, or, where its engine cannot tell it, at least that it is over. */
function checkBroken({ abilities }: EngineWorld, reading: Reading): void {
  if (!abilities.resetsClients) return;
  const codes = abilities.sendsResets ? ['ECONNRESET'] : ['ECONNRESET', 'ECONNABORTED'];
  ok(reading.kind === 'broken' && codes.includes(reading.code), JSON.stringify(reading));
}

async function isRefused(world: EngineWorld): Promise<boolean> {
  try {
    (await connectTo(world.port)).destroy();
    return false;
  } catch {
    return true;
  }
}

async function readText(socket: Socket): Promise<string> {
  const reading = await readToEnd(socket);
  return reading.kind === 'ended' ? String(reading.bytes) : reading.code;
}

/** Bytes that came before the connection ended, cleanly or not. */
async function readLength(socket: Socket): Promise<number> {
  const reading = await readToEnd(socket);
  return reading.kind === 'ended' ? reading.bytes.length : 0;
}

/** Looks again each turn of the event loop. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + SOON_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Not within ${SOON_MS} ms: ${isSo}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
