import type { Socket } from 'node:net';
import type { Listener, ListenOptions } from '@mdns-ambassador/relay';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { MemoryLeg } from '../../../relay/test/memory-leg.ts';
import type { Engine } from '../../src/engines/engine.ts';
import { createNodeEngine } from '../../src/engines/node.ts';
import { endpoint, pickFirst } from '../pool/fixtures.ts';

const AT = { kind: 'tcp', address: '127.0.0.1', port: 7000 } as const;
const SECOND_MS = 1_000;
/** Of an announcer to which the way is long. */
const LONG_MS = 400;

/** A proxy whose dials take a handshake, in memory. */
class World {
  readonly clock = new ManualClock();
  /** How long a dial takes that begins now. */
  dialMs = (): number => 5;
  busyShare = 1;
  #accept: ListenOptions['onConnection'] = () => undefined;

  async start(): Promise<Engine> {
    const engine = createNodeEngine(
      {
        listen: [AT],
        openListener: (options) => this.#open(options),
        connectTimeoutMs: 10_000,
        maxConnections: 10_000,
        reportConnections: false,
        dialler: {
          startDial: (_target, _timeoutMs, onSettled) =>
            this.clock.after(this.dialMs(), () => {
              const [service, socket] = MemoryLeg.pair();
              onSettled({ kind: 'connected', socket });
              service.destroy();
            }),
          patienceMs: 150,
          close: () => undefined,
        },
      },
      {
        pick: ({ exclude }) => pickFirst([endpoint('a')], exclude),
        waitForEndpoint: () => new Promise(() => undefined),
        opened: () => () => undefined,
        dialSucceeded: () => undefined,
        dialFailed: () => undefined,
      },
      undefined,
      { clock: this.clock, busyShare: () => this.busyShare },
    );
    await engine.start();
    return engine;
  }

  /** So many clients come a second. */
  async offer(perSecond: number, seconds: number): Promise<void> {
    for (let count = 0; count < perSecond * seconds; count++) {
      await this.clock.advance(SECOND_MS / perSecond);
      const [peer, client] = MemoryLeg.pair();
      for (const leg of [peer, client]) leg.on('error', () => undefined);
      this.#accept(client as unknown as Socket, 0);
    }
  }

  async #open({ onConnection }: ListenOptions): Promise<Listener> {
    this.#accept = onConnection;
    const stop = async (): Promise<void> => undefined;
    return { address: AT, handTo: stop, stop, [Symbol.asyncDispose]: stop };
  }
}

test.each([0, 1])(
  'where more come than can be dialled for in time the latest are turned away, and nobody is afterwards: busy %d',
  async (busyShare) => {
    const world = new World();
    world.busyShare = busyShare;
    world.dialMs = () => LONG_MS;
    const engine = await world.start();
    await world.offer(600, 4);
    const { overload } = engine.counters;
    expect(overload).toBeGreaterThan(0);
    await world.clock.advance(10 * SECOND_MS);
    await world.offer(30, 8);
    expect(engine.counters.overload).toBe(overload);
  },
);

test('of 88 that come a second nobody is, where an announcer stands still for five seconds', async () => {
  const world = new World();
  const engine = await world.start();
  await world.offer(88, 1);
  const until = world.clock.now() + 5 * SECOND_MS;
  world.dialMs = () => Math.max(5, until - world.clock.now());
  await world.offer(88, 8);
  expect(engine.counters).toMatchObject({ accepted: 9 * 88, overload: 0, failed: 0 });
});

test.each([
  { perSecond: 88, servedPerSecond: 60 },
  { perSecond: 88, servedPerSecond: 100 },
  { perSecond: 300, servedPerSecond: 350 },
])(
  'of $perSecond that come a second nobody is, where an announcer that stood still for five seconds then serves $servedPerSecond a second at first',
  async ({ perSecond, servedPerSecond }) => {
    const world = new World();
    const engine = await world.start();
    await world.offer(perSecond, 1);
    const goesOnAt = world.clock.now() + 5 * SECOND_MS;
    const recoveredAt = goesOnAt + 3 * SECOND_MS;
    // One after the other.
    let servedAt = goesOnAt;
    world.dialMs = () => {
      const now = world.clock.now();
      if (now >= recoveredAt && now >= servedAt) return 2;
      servedAt = Math.max(servedAt, now) + (servedAt < recoveredAt ? SECOND_MS / servedPerSecond : 2);
      return servedAt - now;
    };
    await world.offer(perSecond, 12);
    await world.clock.advance(10 * SECOND_MS);
    expect(engine.counters).toMatchObject({ accepted: 13 * perSecond, overload: 0, failed: 0 });
  },
);

test('where more come than can be dialled for after a standstill, as many are served as can be, and the latest are turned away', async () => {
  const world = new World();
  const engine = await world.start();
  const servedPerSecond = 100;
  let servedAt = 5 * SECOND_MS;
  world.dialMs = () => {
    const now = world.clock.now();
    servedAt = Math.max(servedAt, now) + SECOND_MS / servedPerSecond;
    return servedAt - now;
  };
  await world.offer(400, 25);
  const { accepted, failed, overload } = engine.counters;
  // Of those who came while it stood still most can't be served in time.
  expect(accepted - failed).toBeGreaterThan(0.8 * 20 * servedPerSecond);
  expect(overload).toBeGreaterThan(0);
  await world.offer(400, 10);
  expect(engine.counters.failed).toBe(failed);
  expect(engine.counters.accepted - accepted).toBeGreaterThan(0.8 * 10 * servedPerSecond);
});

test('a crowd that comes after hours in which nobody came is no backlog of a standstill', async () => {
  const world = new World();
  const engine = await world.start();
  await world.clock.advance(3_600 * SECOND_MS);
  world.dialMs = () => LONG_MS;
  await world.offer(6_000, 0.35);
  await world.offer(600, 4);
  expect(engine.counters.overload).toBeGreaterThan(0);
});
