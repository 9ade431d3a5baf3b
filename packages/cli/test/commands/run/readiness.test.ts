import type { ServiceStatus } from '@mdns-ambassador/ambassador';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { waitUntilReady } from '../../../src/commands/run/readiness.ts';

type State = ServiceStatus['endpoints'][number]['state'];

function status(service: string, ...states: readonly State[]): ServiceStatus {
  return {
    service,
    listen: [],
    engine: 'node',
    balance: 'p2c',
    endpoints: states.map((state) => ({
      service,
      address: '10.0.0.1',
      port: 1,
      priority: 0,
      weight: 0,
      secure: false,
      source: 'mdns',
      state,
      active: 0,
      total: 0,
      failures: 0,
    })),
    connections: { active: 0, accepted: 0, failed: 0, retried: 0, dropped: 0, overload: 0 },
    bytesUp: 0,
    bytesDown: 0,
    ready: states.includes('ready'),
    since: '2026-01-02T03:04:05.000Z',
  };
}

function wait(timeoutMs: number): {
  clock: ManualClock;
  stop: AbortController;
  see: (...seen: ServiceStatus[]) => void;
  found: Promise<readonly string[]>;
} {
  const clock = new ManualClock();
  const stop = new AbortController();
  let services: readonly ServiceStatus[] = [status('redis'), status('postgres')];
  const see = (...seen: ServiceStatus[]): void => {
    services = seen;
  };
  const found = waitUntilReady({ clock, look: () => services, timeoutMs, signal: stop.signal });
  return { clock, stop, see, found };
}

test('it is over as soon as each service has an endpoint that is ready', async () => {
  const { clock, see, found } = wait(30_000);
  clock.advance(500);
  see(status('redis', 'ready'), status('postgres', 'ejected', 'ready'));
  clock.advance(20);
  expect(await found).toEqual([]);
});

test('when the time is over it names those that nobody offers, or nobody that is well', async () => {
  const { clock, see, found } = wait(1_000);
  see(status('redis', 'ready'), status('postgres', 'ejected'));
  clock.advance(1_000);
  expect(await found).toEqual(['postgres']);
});

test('a time of 0 looks once', async () => {
  expect(await wait(0).found).toEqual(['redis', 'postgres']);
});

test('a signal ends the waiting', async () => {
  const { clock, stop, found } = wait(30_000);
  stop.abort('SIGINT');
  clock.advance(20);
  expect(await found).toEqual(['redis', 'postgres']);
});
