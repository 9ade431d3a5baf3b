import { Mesh, MeshKey } from '@mdns-ambassador/mesh';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import type { AnnouncementOptions, AnnouncerEvent } from '../src/announcement-options.ts';
import { Announcer } from '../src/announcer.ts';
import { announcementOptions } from './announcement-fixture.ts';
import { FakeHost } from './fake-host.ts';
import { FakePublisher } from './fake-publisher.ts';

const REDIS = announcementOptions();
const API = announcementOptions({ service: 'api', instance: 'api on h1', type: '_api._tcp', port: 3000 });

function arrange(...announcements: readonly AnnouncementOptions[]) {
  const clock = new ManualClock();
  const host = new FakeHost();
  const publisher = new FakePublisher();
  const events: AnnouncerEvent[] = [];
  const announcer = new Announcer({
    announcements,
    publisher,
    clock,
    random: () => 0.5,
    identity: 'h1',
    host,
    onEvent: (event) => events.push(event),
  });
  const states = () => announcer.status().map(({ service, state }) => `${service} ${state}`);
  return { clock, host, publisher, events, announcer, states };
}

test('One service that fails leaves its sibling announced', async () => {
  const { clock, host, announcer, states } = arrange(REDIS, API);
  host.listenEverywhere(12345);
  host.listenEverywhere(3000);
  await announcer.start();
  await clock.advance(0);
  expect(states()).toEqual(['redis announced', 'api announced']);
  for (const at of [...host.listeners.keys()]) if (at.endsWith(':3000')) host.listeners.delete(at);
  await clock.advance(1000);
  expect(states()).toEqual(['redis announced', 'api withdrawn']);
});

test('One service that is refused leaves its sibling announced', async () => {
  const { clock, host, announcer, states, events } = arrange(REDIS, API);
  host.listenEverywhere(12345);
  host.listen('127.0.0.1:3000');
  await announcer.start();
  await clock.advance(1000);
  expect(states()).toEqual(['redis announced', 'api withdrawn']);
  expect(events.filter(({ kind }) => kind === 'refused')).toHaveLength(1);
});

test('A door that can’t listen fails the start and leaves nothing behind', async () => {
  const clock = new ManualClock();
  const [host, publisher] = [new FakeHost(), new FakePublisher()];
  const create = host.createIngress.bind(host);
  host.createIngress = (options) =>
    Object.assign(create(options), { listen: () => Promise.reject(new Error('EMFILE')) });
  const announcer = new Announcer({
    announcements: [REDIS, API],
    publisher,
    clock,
    random: () => 0.5,
    identity: 'h1',
    host,
    mesh: new Mesh({ kind: 'keys', current: new MeshKey(new Uint8Array(32)) }, { clock }),
    onEvent: () => undefined,
  });
  await expect(announcer.start()).rejects.toThrow('EMFILE');
  expect(publisher.published.every(({ state }) => state.kind === 'closed')).toBe(true);
  expect(clock.pendingTimers).toBe(0);
});

test('A drain sums up what became of the connections of every service', async () => {
  const { clock, host, announcer } = arrange({ ...REDIS, relay: true }, { ...API, relay: true });
  host.listenEverywhere(12345);
  host.listenEverywhere(3000);
  await announcer.start();
  await clock.advance(0);
  for (const ingress of host.ingresses) ingress.connections = 2;
  const drained = announcer.drain({ graceMs: 2000, timeoutMs: 1000 });
  await clock.advance(2250);
  expect(await drained).toEqual({ finished: 4, reset: 0 });
});

test('Each service has an id of its own, the same at each start on one machine', () => {
  const context = {
    publisher: new FakePublisher(),
    clock: new ManualClock(),
    random: Math.random,
    host: new FakeHost(),
    onEvent: () => undefined,
  };
  const start = (identity: string, ...announcements: readonly AnnouncementOptions[]): readonly unknown[] =>
    new Announcer({ announcements, identity, ...context }).status().map(({ txt }) => txt.id);
  const [redis, api] = start('h1', REDIS, API);
  expect(redis).not.toBe(api);
  expect(start('h1', REDIS)).toEqual([redis]);
  expect(start('h2', REDIS)).not.toEqual([redis]);
});

test('An announcer disposes of itself', async () => {
  const { clock, host, publisher, announcer } = arrange(REDIS);
  host.listenEverywhere();
  {
    await using running = announcer;
    await running.start();
    await clock.advance(0);
  }
  expect(publisher.last.state.kind).toBe('closed');
  expect(clock.pendingTimers).toBe(0);
});
