import { countFuzzRuns, FUZZ_TIMEOUT_MS, ManualClock } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEnsembleSessions } from '../../src/zookeeper/ensemble-session.ts';
import { JuteWriter } from '../../src/zookeeper/jute.ts';
import type { SessionEvent, ZooKeeperSession } from '../../src/zookeeper/session.ts';
import { createMemoryServers, type ServerSide } from './memory-server.ts';

const SERVERS = [
  { host: '10.0.0.1', port: 2181 },
  { host: '10.0.0.2', port: 2181 },
];
const SESSION_MS = 9_000;
/** Who closes waits this long. */
const CLOSE_MS = 1_500;
const PING = 11;
const AUTH = 100;
const CREATE = 1;
const NO_NODE = -101;
const NO_AUTH = -102;
const SASL = -124;

interface World {
  readonly clock: ManualClock;
  readonly events: SessionEvent[];
  readonly connections: readonly ServerSide[];
  readonly session: ZooKeeperSession;
  last(): ServerSide;
}

async function begin(login?: string): Promise<World> {
  const clock = new ManualClock();
  const { openLink, connections } = createMemoryServers();
  const events: SessionEvent[] = [];
  const openSession = createEnsembleSessions({
    servers: SERVERS,
    sessionTimeoutMs: SESSION_MS,
    clock,
    random: () => 0,
    openLink,
    ...(login === undefined ? {} : { login: () => login }),
  });
  const session = openSession((event) => events.push(event));
  await clock.advance(0);
  const last = (): ServerSide => {
    const side = connections.at(-1);
    if (side === undefined) throw new Error('nobody was dialled');
    return side;
  };
  return { clock, events, connections, session, last };
}

async function connect(world: World): Promise<ServerSide> {
  const side = world.last();
  side.open();
  side.grant(SESSION_MS);
  await world.clock.advance(0);
  return side;
}

function listOf(...names: readonly string[]): Buffer {
  const writer = new JuteWriter().int(names.length);
  for (const name of names) writer.text(name);
  return writer.toFrame().subarray(4);
}

function changeOf(type: number, path: string): Buffer {
  return new JuteWriter().int(-1).long(-1n).int(0).int(type).int(3).text(path).toFrame();
}

describe('a session', () => {
  test('is granted, and kept by pings a third of its time apart', async () => {
    const world = await begin();
    const side = await connect(world);
    expect(world.events).toEqual([{ kind: 'connected' }]);
    await world.clock.advance(SESSION_MS / 3);
    expect(side.told.map(({ operation }) => operation)).toEqual([PING]);
    side.say(Buffer.from('00000010fffffffe000000000000000900000000', 'hex'));
    await world.clock.advance(SESSION_MS / 3);
    expect(side.told.map(({ operation }) => operation)).toEqual([PING, PING]);
    expect(side.isGone).toBe(false);
  });

  test('goes on at the next server when this one falls silent, as the same session', async () => {
    const world = await begin();
    const first = await connect(world);
    await world.clock.advance((2 * SESSION_MS) / 3);
    expect(first.isGone).toBe(true);
    expect(world.events.at(-1)).toEqual({ kind: 'disconnected', reason: '10.0.0.1:2181 does not answer' });
    const second = world.last();
    expect(second.place).toEqual(SERVERS[1]);
    await connect(world);
    expect(second.ticket?.id).toBe(0x1234n);
  });

  test('is over when its ensemble says so, and when nobody took it up again for twice its time', async () => {
    const told = await begin();
    await connect(told);
    told.last().end();
    await told.clock.advance(0);
    told.last().open();
    told.last().grant(0, 0n);
    expect(told.events.at(-1)).toEqual({ kind: 'expired' });

    // An ensemble that lost its data refuses whoever has seen more than it knows, without a word.
    const silent = await begin();
    await connect(silent);
    for (let second = 0; second < 40 && silent.events.at(-1)?.kind !== 'expired'; second++) {
      if (!silent.last().isGone) {
        silent.last().open();
        silent.last().end();
      }
      await silent.clock.advance(1_000);
    }
    expect(silent.events.at(-1)).toEqual({ kind: 'expired' });
    const { pendingTimers } = silent.clock;
    expect(pendingTimers).toBe(0);
  });

  test('waits longer and longer between rounds', async () => {
    const world = await begin();
    const dials: number[] = [];
    for (let ms = 0; ms < 4_000; ms += 100) {
      const count = world.connections.length;
      world.last().end('it refuses connections (ECONNREFUSED)');
      await world.clock.advance(100);
      if (world.connections.length > count) dials.push(ms);
    }
    expect(world.events.at(-1)).toEqual({
      kind: 'disconnected',
      reason: expect.stringMatching(/^10\.0\.0\.\d:2181: it refuses connections \(ECONNREFUSED\)$/),
    });
    expect(dials.length).toBeLessThan(9);
  });

  test('ends with a word to its server, and without one that is late', async () => {
    const world = await begin();
    const side = await connect(world);
    const closed = world.session.close();
    expect(side.told.at(-1)?.operation).toBe(-11);
    await world.clock.advance(CLOSE_MS);
    await closed;
    expect(side.isGone).toBe(true);
    expect(world.clock.pendingTimers).toBe(0);
    expect(world.events).toEqual([{ kind: 'connected' }]);
  });
});

describe('requests', () => {
  test('are told what they asked for, and of one change of it', async () => {
    const world = await begin();
    const side = await connect(world);
    const changes: string[] = [];
    const listed = world.session.listChildren('/services', (path) => changes.push(path));
    side.answer(0, listOf('a', 'b'));
    // In the same piece as the answer: the watch must stand by then.
    side.say(changeOf(4, '/services'));
    side.say(changeOf(4, '/services'));
    expect(await listed).toEqual(['a', 'b']);
    expect(changes).toEqual(['/services']);
  });

  test('wait for a folder that is not there', async () => {
    const world = await begin();
    const side = await connect(world);
    const changes: string[] = [];
    const listed = world.session.listChildren('/services', (path) => changes.push(path));
    side.answer(NO_NODE);
    await world.clock.advance(0);
    side.answer(NO_NODE);
    expect(await listed).toBeUndefined();
    side.say(changeOf(1, '/services'));
    expect(changes).toEqual(['/services']);
  });

  test('fail with the connection, and their watches end with it', async () => {
    const world = await begin();
    const side = await connect(world);
    const failed = expect(world.session.readNode('/services/a', () => undefined)).rejects.toThrow(
      '10.0.0.1:2181 ended the connection',
    );
    side.end();
    await failed;
    await expect(world.session.readNode('/services/a', () => undefined)).rejects.toThrow('there is no connection');
  });

  test('that nobody answers have the server left', async () => {
    const world = await begin();
    const side = await connect(world);
    const failed = expect(world.session.removeNode('/services/a')).rejects.toThrow('no answer in time');
    await world.clock.advance(SESSION_MS / 3);
    await failed;
    expect(side.isGone).toBe(true);
  });

  test.each([
    ['out of order', (side: ServerSide) => side.say(Buffer.from(`00000010000fffff${'00'.repeat(12)}`, 'hex'))],
    ['with more than there is', (side: ServerSide) => side.answer(0, Buffer.from('7fffffff', 'hex'))],
    ['with a frame that is none', (side: ServerSide) => side.say(Buffer.from('80000000', 'hex'))],
  ])('that are answered %s have the server left, and fail', async (_, answer) => {
    const world = await begin();
    const side = await connect(world);
    const failed = expect(world.session.listChildren('/services', () => undefined)).rejects.toThrow(
      "10.0.0.1:2181: it does not speak ZooKeeper's protocol",
    );
    answer(side);
    await failed;
    expect(side.isGone).toBe(true);
  });
});

describe('a login', () => {
  test('is told before anything is asked, and what is made then is its own', async () => {
    const world = await begin('me:secret');
    const side = await connect(world);
    expect(side.told.map(({ xid, operation }) => [xid, operation])).toEqual([[-4, AUTH]]);
    const made = world.session.makeFolder('/services');
    side.answer(NO_NODE);
    await world.clock.advance(0);
    expect(side.told.at(-1)).toMatchObject({ operation: CREATE, path: '/services' });
    side.answer();
    await made;
  });

  test('that is refused is told of', async () => {
    const world = await begin('me:secret');
    const side = await connect(world);
    side.say(Buffer.from('00000010fffffffc0000000000000000ffffff8d', 'hex'));
    expect(world.events.at(-1)).toEqual({
      kind: 'disconnected',
      reason: '10.0.0.1:2181: it refuses this user and password; write others in the file of --registry-login-file',
    });
  });

  test.each([
    [NO_AUTH, /may not do that at \/services\/a \(NoAuth\); .* with --registry-login-file/],
    [SASL, /demands a login by SASL, which is not spoken here/],
  ])('that is missing is asked for in words (%i)', async (code, words) => {
    const world = await begin();
    const side = await connect(world);
    const failed = expect(world.session.removeNode('/services/a')).rejects.toThrow(words);
    side.answer(code);
    await failed;
  });
});

test('whatever a server sends, nothing is thrown and the next one is tried', { timeout: FUZZ_TIMEOUT_MS }, async () => {
  const pieces = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc
        .tuple(fc.integer({ min: -5, max: 3 }), fc.integer({ min: -130, max: 3 }), fc.uint8Array({ maxLength: 90 }))
        .map(([xid, code, body]) => {
          const header = new JuteWriter().int(xid).long(1n).int(code).toFrame();
          const frame = Buffer.concat([header, body]);
          frame.writeInt32BE(frame.length - 4);
          return frame;
        }),
    ),
    { maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(pieces, async (sent) => {
      const world = await begin();
      const side = await connect(world);
      const asked = Promise.allSettled([
        world.session.listChildren('/services', () => undefined),
        world.session.writeEphemeral('/services/a', Buffer.from('v'), () => undefined),
      ]);
      for (const bytes of sent) side.say(bytes);
      const closed = world.session.close();
      await world.clock.advance(CLOSE_MS);
      await closed;
      await asked;
      expect(world.clock.pendingTimers).toBe(0);
    }),
    { numRuns: countFuzzRuns(300) },
  );
});
