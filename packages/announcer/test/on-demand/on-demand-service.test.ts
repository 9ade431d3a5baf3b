import { EventEmitter } from 'node:events';
import type { Leg } from '@mdns-ambassador/relay';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { OnDemandService } from '../../src/on-demand/on-demand-service.ts';
import { staysConnected } from '../../src/on-demand/stays.ts';

const FOREVER = new AbortController().signal;
const stays = async (): Promise<boolean> => true;
const leaves = async (): Promise<boolean> => false;

class FakeChild extends EventEmitter {
  readonly signals: string[] = [];
  kill(signal: NodeJS.Signals): void {
    this.signals.push(signal);
  }
}

function arrange(spawn?: () => never) {
  const clock = new ManualClock();
  const children: FakeChild[] = [];
  const told: string[] = [];
  const up = { is: false };
  const service = new OnDemandService({
    command: 'web',
    args: ['3000'],
    idleMs: 600_000,
    clock,
    spawn: () => {
      spawn?.();
      const child = new FakeChild();
      children.push(child);
      return child;
    },
    isUp: async () => up.is,
    onEvent: (event) => told.push(event.state),
  });
  return { clock, children, told, up, service };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('clients are held until the command answers, and it is stopped when the last has long gone', async () => {
  const { clock, children, told, up, service } = arrange();
  const held = Array.from({ length: 100 }, () => service.hold(new AbortController().signal, stays));
  await turn();
  expect(children).toHaveLength(1);
  for (let look = 0; look < 5; look += 1) {
    await clock.advance(20);
    await turn();
  }
  up.is = true;
  await clock.advance(20);
  const leave = await Promise.all(held);
  expect(told).toEqual(['starting', 'running']);
  for (const one of leave) one?.(true);
  await clock.advance(600_000);
  expect(children[0]?.signals).toEqual(['SIGTERM']);
  children[0]?.emit('exit', null, 'SIGTERM');
  await turn();
  expect(told).toEqual(['starting', 'running', 'stopping', 'asleep']);
  await service.close();
});

test.each([0, 1, 19, 487, 1_013])(
  'it waits 100 ms at most for more than the start of the command, of %i ms',
  async (startMs) => {
    const clock = new ManualClock();
    let upAt = Number.POSITIVE_INFINITY;
    const service = new OnDemandService({
      command: 'web',
      args: ['3000'],
      idleMs: 600_000,
      clock,
      spawn: () => {
        upAt = clock.now() + startMs;
        return new FakeChild();
      },
      isUp: async () => clock.now() >= upAt,
      onEvent: () => undefined,
    });
    // One that says nothing and waits for the service to speak first is held longest.
    const silent = new EventEmitter();
    const client = Object.assign(silent, {
      readableLength: 0,
      pause: () => client,
      read: () => null,
    }) as unknown as Leg;
    let servedAt = Number.POSITIVE_INFINITY;
    void service
      .hold(FOREVER, () => staysConnected(client, clock))
      .then(() => {
        servedAt = clock.now();
      });
    for (let ms = 0; ms <= startMs + 200; ms += 1) {
      await clock.advance(1);
      await turn();
    }
    expect(servedAt - startMs).toBeLessThanOrEqual(100);
    await Promise.race([service.close(), clock.advance(10_000)]);
  },
);

test('who only looks whether somebody listens starts nothing', async () => {
  const { children, service } = arrange();
  expect(await service.hold(FOREVER, leaves)).toBeUndefined();
  expect(children).toEqual([]);
  await service.close();
});

test('one that can’t be started turns its clients away', async () => {
  const { told, service } = arrange(() => {
    throw Object.assign(new Error('spawn web ENOENT'), { code: 'ENOENT' });
  });
  expect(await service.hold(FOREVER, stays)).toBeUndefined();
  expect(await service.hold(FOREVER, stays)).toBeUndefined();
  expect(told).toEqual(['starting', 'failed']);
  await service.close();
});

test('a client that leaves while it waits is not served', async () => {
  const { up, clock, children, told, service } = arrange();
  const left = new AbortController();
  const held = service.hold(left.signal, stays);
  await turn();
  left.abort();
  expect(await held).toBeUndefined();
  up.is = true;
  await clock.advance(20);
  await turn();
  expect(told).toEqual(['starting', 'running']);
  children[0]?.emit('exit', 0, null);
  await service.close();
});

test('closing ends the command, with force where it does not end, and turns away who waits', async () => {
  const { clock, children, service } = arrange();
  const held = service.hold(FOREVER, stays);
  await turn();
  const closed = service.close();
  expect(await held).toBeUndefined();
  await clock.advance(10_000);
  expect(children[0]?.signals).toEqual(['SIGTERM', 'SIGKILL']);
  children[0]?.emit('exit', null, 'SIGKILL');
  await closed;
  expect(await service.hold(FOREVER, stays)).toBeUndefined();
  expect(children).toHaveLength(1);
});
