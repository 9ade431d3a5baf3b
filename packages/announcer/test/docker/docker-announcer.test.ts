import { ManualClock, Uncaught } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { AnnouncerError } from '../../src/announcer-error.ts';
import { DockerAnnouncer, type DockerEvent } from '../../src/docker/docker-announcer.ts';
import type { DockerClient, DockerWatchEvents } from '../../src/docker/docker-client.ts';
import { FakeHost } from '../fake-host.ts';
import { FakePublisher } from '../fake-publisher.ts';
import { listedJson } from './fixtures.ts';

class FakeDocker implements DockerClient {
  containers: readonly unknown[] = [];
  isAway = false;
  lists = 0;
  watchers: DockerWatchEvents[] = [];

  async list(): Promise<unknown> {
    this.lists += 1;
    if (this.isAway) throw new AnnouncerError('DOCKER_UNAVAILABLE', 'away');
    return this.containers;
  }

  async inspect(): Promise<unknown> {
    return { Config: { Env: ['PATH=/bin'], ExposedPorts: { '8000/tcp': {} }, StopSignal: 'SIGUSR1' } };
  }

  watch(events: DockerWatchEvents): () => void {
    this.watchers.push(events);
    if (this.isAway) events.ended('away');
    else events.opened();
    return () => {
      this.watchers = this.watchers.filter((one) => one !== events);
    };
  }

  tell(Action: string, ID: string, signal?: string): void {
    for (const watcher of this.watchers)
      watcher.event({ Type: 'container', Action, Actor: { ID, Attributes: { signal } } });
  }

  hangUp(): void {
    const watchers = this.watchers;
    this.watchers = [];
    for (const watcher of watchers) watcher.ended('hung up');
  }
}

async function createWorld() {
  const clock = new ManualClock();
  const docker = new FakeDocker();
  const publisher = new FakePublisher();
  const host = new FakeHost();
  host.listen('172.17.0.2:8000');
  host.listenEverywhere(8000);
  const events: DockerEvent[] = [];
  const announcer = new DockerAnnouncer({
    client: docker,
    clock,
    publisher,
    random: () => 0,
    identity: 'h1',
    host,
    hostName: 'h1',
    isNear: () => true,
    onEvent: () => undefined,
    onDockerEvent: (event) => events.push(event),
  });
  await announcer.start();
  await clock.advance(100);
  const states = (): readonly string[] => announcer.status().map(({ instance, state }) => `${instance} ${state}`);
  return { clock, docker, publisher, announcer, events, states };
}

test('a container that starts is announced, one that is gone is not', async () => {
  const { clock, docker, publisher, states } = await createWorld();
  docker.containers = [listedJson('one')];
  docker.tell('start', 'one');
  await clock.advance(200);
  expect(states()).toEqual(['one on h1 announced']);
  docker.containers = [];
  docker.tell('die', 'one');
  await clock.advance(200);
  expect(states()).toEqual([]);
  expect(publisher.calls.at(-1)).toBe('goodbye, close');
});

test('a signal that ends it withdraws it at once: st=drain first, then goodbye', async () => {
  const { clock, docker, publisher } = await createWorld();
  docker.containers = [listedJson('one')];
  docker.tell('start', 'one');
  await clock.advance(200);
  docker.tell('kill', 'one', '15');
  await clock.advance(0);
  expect(publisher.calls.at(-1)).toBe('update st=drain');
  await clock.advance(300);
  expect(publisher.calls.at(-1)).toBe('goodbye, close');
});

test.each([
  ['1', true],
  ['12', true],
  ['10', false],
  ['9', false],
  ['SIGTERM', false],
])('signal %s leaves it announced: %s', async (signal, stays) => {
  const { clock, docker, states } = await createWorld();
  docker.containers = [listedJson('one')];
  docker.tell('start', 'one');
  await clock.advance(200);
  docker.tell('kill', 'one', signal);
  await clock.advance(1_000);
  expect(states()).toEqual(stays ? ['one on h1 announced'] : []);
});

test('one that survived its signal is announced again after a minute', async () => {
  const { clock, docker, states } = await createWorld();
  docker.containers = [listedJson('one')];
  docker.tell('start', 'one');
  await clock.advance(200);
  docker.tell('kill', 'one', '15');
  await clock.advance(100_000);
  expect(states()).toEqual(['one on h1 announced']);
});

test('health and pauses are followed', async () => {
  const { clock, docker, states } = await createWorld();
  docker.containers = [listedJson('one', { Status: 'Up 3 seconds (health: starting)' })];
  docker.tell('start', 'one');
  await clock.advance(200);
  expect(states()).toEqual([]);
  docker.containers = [listedJson('one', { Status: 'Up 4 seconds (healthy)' })];
  docker.tell('health_status: healthy', 'one');
  await clock.advance(200);
  expect(states()).toEqual(['one on h1 announced']);
  docker.containers = [listedJson('one', { State: 'paused', Status: 'Up 4 seconds (Paused)' })];
  docker.tell('pause', 'one');
  await clock.advance(1_000);
  expect(states()).toEqual([]);
});

test('while the stream is lost what is announced stays; when it is back everything is read again', async () => {
  const { clock, docker, events, states } = await createWorld();
  docker.containers = [listedJson('one')];
  docker.tell('start', 'one');
  await clock.advance(200);
  docker.isAway = true;
  docker.hangUp();
  await clock.advance(5_000);
  expect(states()).toEqual(['one on h1 announced']);
  docker.isAway = false;
  docker.containers = [listedJson('two')];
  await clock.advance(12_000);
  expect(states()).toEqual(['two on h1 announced']);
  expect(events.map(({ kind }) => kind)).toEqual(['docker-connected', 'docker-lost', 'docker-connected']);
});

test('an event that never came is made up for within 30 s', async () => {
  const { clock, docker, states } = await createWorld();
  docker.containers = [listedJson('one')];
  await clock.advance(31_000);
  expect(states()).toEqual(['one on h1 announced']);
});

test('a daemon that tells of a change before its list has it is asked once more a second later', async () => {
  const { clock, docker, states } = await createWorld();
  docker.containers = [listedJson('one', { State: 'paused', Status: 'Up 3 seconds (Paused)' })];
  docker.tell('unpause', 'one');
  await clock.advance(100);
  docker.containers = [listedJson('one')];
  const before = docker.lists;
  await clock.advance(1_100);
  expect(states()).toEqual(['one on h1 announced']);
  await clock.advance(20_000);
  expect(docker.lists - before).toBe(1);
});

test('a hundred events at once cost a few lists', async () => {
  const { clock, docker } = await createWorld();
  const before = docker.lists;
  for (let i = 0; i < 100; i++) docker.tell('start', `c${i}`);
  await clock.advance(500);
  expect(docker.lists - before).toBeLessThanOrEqual(2);
});

test('events that make no sense are passed over', async () => {
  const { docker, states } = await createWorld();
  for (const value of [null, 1, {}, { Action: 'kill' }, { Action: 'start', Actor: {} }]) {
    for (const watcher of docker.watchers) watcher.event(value);
  }
  expect(states()).toEqual([]);
});

test('what can not be announced is told once', async () => {
  const { clock, docker, events } = await createWorld();
  docker.containers = [listedJson('one', { Ports: [] })];
  docker.tell('start', 'one');
  await clock.advance(200);
  docker.tell('start', 'one');
  await clock.advance(200);
  expect(events.filter(({ kind }) => kind === 'container-refused')).toHaveLength(1);
});

test('without a daemon at the start it says so', async () => {
  const docker = new FakeDocker();
  docker.isAway = true;
  const clock = new ManualClock();
  const announcer = new DockerAnnouncer({
    client: docker,
    clock,
    publisher: new FakePublisher(),
    random: () => 0,
    identity: 'h1',
    host: new FakeHost(),
    hostName: 'h1',
    isNear: () => true,
    onEvent: () => undefined,
    onDockerEvent: () => undefined,
  });
  await expect(announcer.start()).rejects.toThrow('away');
});

test('drain says goodbye for all, and nothing happens after it', async () => {
  const { clock, docker, publisher, announcer } = await createWorld();
  docker.containers = [listedJson('one')];
  docker.tell('start', 'one');
  await clock.advance(200);
  const drained = announcer.drain();
  await clock.advance(1_500);
  await drained;
  await announcer.close();
  const calls = publisher.calls.length;
  await clock.advance(60_000);
  expect(publisher.calls).toHaveLength(calls);
  expect(clock.pendingTimers).toBe(0);
});

test('an error of ours in a list is seen, and the next list comes', async () => {
  using uncaught = new Uncaught();
  const { clock, docker, announcer } = await createWorld();
  const list = docker.list.bind(docker);
  docker.list = async () => {
    throw new TypeError('broken');
  };
  await clock.advance(60_000);
  expect(uncaught.errors[0]).toEqual(new TypeError('broken'));
  docker.list = list;
  const before = docker.lists;
  await clock.advance(60_000);
  expect(docker.lists).toBeGreaterThan(before);
  await announcer.close();
});
