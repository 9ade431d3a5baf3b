import { type Leg, type LegResult, type Prologue, Redial, Refusal } from '@mdns-ambassador/relay';
import { ManualClock } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { MemoryLeg } from '../../../relay/test/memory-leg.ts';
import { ClientConnection } from '../../src/engines/client-connection.ts';
import type { ConnectionContext } from '../../src/engines/connection-context.ts';
import { DialQueue } from '../../src/engines/dial-queue.ts';
import type { ConnectionReport } from '../../src/engines/engine.ts';
import type { Fault } from '../../src/engines/faults.ts';
import { RetryBudget } from '../../src/engines/retry-budget.ts';
import type { DialFailure } from '../../src/pool/dial-failure.ts';
import type { Endpoint } from '../../src/pool/endpoint.ts';
import type { PickResult } from '../../src/pool/pick-result.ts';
import { endpoint, pickFirst } from '../pool/fixtures.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** So many dial at once at first. */
const FIRST_LIMIT = 32;

/** A client and those whom it may reach, in memory and in a time that moves only when told to. */
class World {
  readonly clock = new ManualClock();
  readonly failures: [string, DialFailure][] = [];
  readonly lost: (string | undefined)[] = [];
  readonly refused: string[] = [];
  readonly dialled: string[] = [];
  /** Of those that were dialled and answered, the ends where the services are. */
  readonly services: MemoryLeg[] = [];
  known: readonly Endpoint[] = [endpoint('a')];
  /** Whether a dial is answered at all. */
  answers = true;
  fault: Fault | undefined;
  readonly reports: ConnectionReport[] = [];
  prologues: readonly Prologue[] = [];
  waiting: (() => void)[] = [];
  queue: DialQueue | undefined;
  readonly peer: MemoryLeg;
  readonly #client: MemoryLeg;
  heard = '';

  constructor() {
    const [peer, client] = MemoryLeg.pair();
    for (const leg of [peer, client]) leg.on('error', () => undefined);
    peer.on('data', (chunk: Buffer) => {
      this.heard += chunk.toString();
    });
    this.peer = peer;
    this.#client = client;
  }

  connect(): ClientConnection {
    return new ClientConnection(this.#client, this.#context());
  }

  get isOver(): boolean {
    return this.#client.destroyed;
  }

  #context(): ConnectionContext {
    return {
      clock: this.clock,
      drawFault: this.fault === undefined ? undefined : () => this.fault ?? { delayMs: 0, isReset: false },
      onReport: (report) => void this.reports.push(report),
      picker: {
        pick: ({ exclude }): PickResult => pickFirst(this.known, exclude),
        waitForEndpoint: () => new Promise((resolve) => this.waiting.push(resolve)),
        opened: () => () => undefined,
        dialSucceeded: () => undefined,
        dialFailed: (id, failure) => void this.failures.push([id, failure]),
      },
      loops: { admit: (_endpoint, _watched, go) => void go() },
      dial: (_target, timeoutMs, onSettled, { id }) => this.#dial(id, timeoutMs, onSettled),
      queue: this.queue,
      prologues: this.prologues,
      findCarrier: () => undefined,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      budget: new RetryBudget(0),
      onReached: () => undefined,
      onLost: (reason) => this.lost.push(reason),
      onRefused: (reason) => this.refused.push(reason),
      onEnded: () => undefined,
    };
  }

  #dial(id: string, timeoutMs: number, onSettled: (result: LegResult) => void): () => void {
    this.dialled.push(`${id} at ${this.clock.now()} for ${timeoutMs}`);
    if (!this.answers) return () => undefined;
    const [service, upstream] = MemoryLeg.pair();
    for (const leg of [service, upstream]) leg.on('error', () => undefined);
    this.services.push(service);
    return this.clock.after(10, () => onSettled({ kind: 'connected', socket: upstream }));
  }
}

function prologue(run: (upstream: Leg) => Promise<Leg>): Prologue {
  return { name: 'scripted', run: (_client, upstream) => run(upstream) };
}

const hang = (): Promise<Leg> => new Promise(() => undefined);

describe('the time that a client has', () => {
  test('is over after the connect timeout where nobody answers, and not before', async () => {
    const world = new World();
    world.answers = false;
    world.connect();
    await world.clock.advance(CONNECT_TIMEOUT_MS - 1);
    expect([world.isOver, world.lost]).toEqual([false, []]);
    await world.clock.advance(1);
    expect([world.isOver, world.lost]).toEqual([true, ['nobody answered in time']]);
    expect(world.failures).toEqual([['a', 'timeout']]);
    expect(world.clock.pendingTimers).toBe(0);
  });

  test('cuts a handshake short', async () => {
    const world = new World();
    world.prologues = [prologue(hang)];
    world.connect();
    await world.clock.advance(CONNECT_TIMEOUT_MS - 1);
    expect([world.isOver, world.services[0]?.destroyed]).toEqual([false, false]);
    await world.clock.advance(1);
    expect([world.isOver, world.services[0]?.destroyed]).toEqual([true, true]);
    expect(world.failures).toEqual([['a', 'handshake']]);
    expect(world.lost).toEqual(['a: the handshake took too long']);
  });

  test('is spent waiting where nobody is known, and who was told of one that is gone again waits on', async () => {
    const world = new World();
    world.known = [];
    world.connect();
    expect(world.waiting).toHaveLength(1);
    world.waiting.shift()?.();
    await world.clock.advance(1_000);
    expect(world.waiting).toHaveLength(1);
    world.known = [endpoint('a')];
    world.waiting.shift()?.();
    await world.clock.advance(0);
    expect(world.dialled).toEqual(['a at 1000 for 4000']);
  });

  test('ends a wait that nobody ends', async () => {
    const world = new World();
    world.known = [];
    world.connect();
    await world.clock.advance(CONNECT_TIMEOUT_MS);
    expect([world.isOver, world.lost, world.clock.pendingTimers]).toEqual([true, [undefined], 0]);
  });

  test('is spent waiting for its turn as well, and who has none by then is told and dials nobody', async () => {
    const world = new World();
    const queue = new DialQueue({ clock: world.clock, busyShare: () => 0 });
    world.queue = queue;
    // Whoever has a turn keeps it for a second: the client's would come after ten.
    for (let before = 0; before < 10 * FIRST_LIMIT; before++) queue.ask(() => undefined);
    world.connect();
    // A tenth of its time is kept for a dial.
    await world.clock.advance(0.9 * CONNECT_TIMEOUT_MS - 1);
    expect([world.isOver, world.lost]).toEqual([false, []]);
    await world.clock.advance(1);
    expect([world.isOver, world.lost.length, world.lost[0]]).toEqual([
      true,
      1,
      expect.stringContaining('their turn did not come in time'),
    ]);
    await world.clock.advance(10 * CONNECT_TIMEOUT_MS);
    expect([world.dialled, world.failures, world.clock.pendingTimers]).toEqual([[], [], 0]);
  });

  test('is its own where its turn comes in time', async () => {
    const world = new World();
    const queue = new DialQueue({ clock: world.clock, busyShare: () => 0 });
    world.queue = queue;
    for (let before = 0; before < FIRST_LIMIT; before++) queue.ask(() => undefined);
    world.answers = false;
    world.connect();
    await world.clock.advance(CONNECT_TIMEOUT_MS);
    expect([world.dialled, world.lost]).toEqual([['a at 1000 for 4000'], ['nobody answered in time']]);
    await world.clock.advance(CONNECT_TIMEOUT_MS);
    expect([world.lost.length, world.clock.pendingTimers]).toEqual([1, 0]);
  });
});

describe('a prologue', () => {
  test('has the same endpoint dialled once more, twice at most, in the time that is left', async () => {
    const world = new World();
    world.prologues = [prologue(() => Promise.reject(new Redial('another secret')))];
    world.connect();
    await world.clock.advance(40);
    expect(world.dialled).toEqual(['a at 0 for 5000', 'a at 10 for 4990', 'a at 20 for 4980']);
    expect(world.failures).toEqual([['a', 'handshake']]);
    expect(world.services.map(({ destroyed }) => destroyed)).toEqual([true, true, true]);
  });

  test('that refuses for all has the client told at once', async () => {
    const world = new World();
    world.prologues = [prologue(() => Promise.reject(new Refusal('no such user', Buffer.from('-ERR no\n'))))];
    world.connect();
    await world.clock.advance(20);
    expect([world.heard, world.refused, world.failures]).toEqual(['-ERR no\n', ['no such user'], []]);
  });

  test('that refuses for one endpoint has the client told when no other did better in time', async () => {
    const world = new World();
    world.prologues = [
      prologue(() => Promise.reject(new Refusal('full', Buffer.from('-ERR full\n'), { isPassing: true }))),
    ];
    world.connect();
    await world.clock.advance(CONNECT_TIMEOUT_MS - 1);
    expect(world.heard).toBe('');
    await world.clock.advance(1);
    expect([world.heard, world.lost]).toEqual(['-ERR full\n', ['a: full']]);
  });
});

test('an endpoint that was asked something and says nothing for five seconds is unanswered, until it speaks', async () => {
  const world = new World();
  const connection = world.connect();
  await world.clock.advance(10);
  const isUnanswered = (): boolean | undefined => connection.carriage?.isUnanswered(world.clock.now());
  await world.clock.advance(60_000);
  expect(isUnanswered()).toBe(false);
  world.services[0]?.resume();
  world.peer.write('PING\r\n');
  await world.clock.advance(4_999);
  expect(isUnanswered()).toBe(false);
  await world.clock.advance(1);
  expect(isUnanswered()).toBe(true);
  world.services[0]?.write('PONG\r\n');
  await world.clock.advance(0);
  expect([isUnanswered(), world.heard]).toEqual([false, 'PONG\r\n']);
});

describe('faults that were asked for', () => {
  test('a client is held before anybody is dialled for it, and its report says so', async () => {
    const world = new World();
    world.fault = { delayMs: 200, isReset: false };
    const connection = world.connect();
    await world.clock.advance(199);
    expect(world.dialled).toEqual([]);
    await world.clock.advance(1);
    expect(world.dialled).toEqual(['a at 200 for 5000']);
    connection.reset();
    await connection.finished;
    expect(world.reports[0]?.fault).toEqual({ delayMs: 200, isReset: false });
  });

  test('one that leaves while it is held is dialled nobody for', async () => {
    const world = new World();
    world.fault = { delayMs: 200, isReset: false };
    const connection = world.connect();
    connection.reset();
    await connection.finished;
    await world.clock.advance(1_000);
    expect(world.dialled).toEqual([]);
    expect(world.clock.pendingTimers).toBe(0);
  });

  test('one that is to be reset is, once its endpoint is reached', async () => {
    const world = new World();
    world.fault = { delayMs: 0, isReset: true };
    const connection = world.connect();
    await world.clock.advance(10);
    await connection.finished;
    expect(world.services).toHaveLength(1);
    expect(world.peer.errored).toMatchObject({ code: 'ECONNRESET' });
    expect(world.reports).toMatchObject([{ outcome: { kind: 'aborted' }, fault: { isReset: true } }]);
    expect(world.failures).toEqual([]);
  });
});
