import { createRequire } from 'node:module';
import type { NetworkInterface, PublicationEvent, ServiceOptions } from '@mdns-ambassador/mdns';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { AvahiResponder } from '../../src/responders/avahi.ts';
import { BusError, messageBusAt } from '../../src/responders/message-bus.ts';
import type { ForeignResponderEvent } from '../../src/responders/responder.ts';
import { FakeAvahi } from './fake-avahi.ts';

const REDIS = { name: 'redis', type: '_redis._tcp', port: 6379, txt: new Map([['env', Buffer.from('lab')]]) };
const PLACE = '-1 0 redis _redis._tcp - -';
const ETH0_ADDED = `AddService 1 2 ${PLACE} 6379 [env=lab]`;

function onInterface(name: string, index: number): NetworkInterface {
  return { name, index, loopback: false, addresses: [] };
}

async function arrange() {
  const avahi = new FakeAvahi();
  const clock = new ManualClock();
  const told: ForeignResponderEvent[] = [];
  const interfaces = [onInterface('eth0', 2)];
  const responder = new AvahiResponder({
    connect: avahi.connect,
    clock,
    interfaces: () => interfaces,
    onEvent: (event) => told.push(event),
  });
  return { avahi, clock, told, interfaces, responder };
}

async function published(service: ServiceOptions = REDIS) {
  const world = await arrange();
  await world.responder.start();
  const events: PublicationEvent[] = [];
  const publication = world.responder.publish(service, (event) => events.push(event));
  await world.clock.advance(0);
  world.avahi.settle('established');
  await world.clock.advance(0);
  return { ...world, events, publication };
}

test('A service is one entry group, and is announced when the daemon says so', async () => {
  const { avahi, events, publication } = await published();
  expect(avahi.takeCalls()).toEqual([ETH0_ADDED, 'Commit 1']);
  expect(events).toEqual([{ kind: 'announced', name: 'redis', interfaces: ['eth0'] }]);
  expect(publication.state).toEqual({ kind: 'announced', interfaces: ['eth0'] });
  expect(publication.host).toBe('h1.local');
});

test('Subtypes, and keys without a value, come along', async () => {
  const { avahi } = await published({ ...REDIS, subtypes: ['fast'], txt: new Map([['up', true]]) });
  expect(avahi.takeCalls()).toEqual([
    `AddService 1 2 ${PLACE} 6379 [up]`,
    'AddServiceSubtype 1 2 -1 0 redis _redis._tcp - _fast._sub._redis._tcp',
    'Commit 1',
  ]);
});

test('Other TXT, or another port, replaces what stands without a goodbye', async () => {
  const { avahi, clock, publication } = await published();
  avahi.takeCalls();
  publication.update({ txt: new Map([['env', Buffer.from('prod')]]) });
  await clock.advance(0);
  publication.update({ port: 6380 });
  await clock.advance(0);
  expect(avahi.takeCalls()).toEqual([
    'UpdateServiceTxt 1 2 -1 0 redis _redis._tcp - [env=prod]',
    'AddService 1 2 -1 64 redis _redis._tcp - - 6380 [env=prod]',
  ]);
});

test('Withdrawing frees the group, and announcing again makes another', async () => {
  const { avahi, clock, events, publication } = await published();
  avahi.takeCalls();
  publication.withdraw();
  await clock.advance(0);
  expect(avahi.takeCalls()).toEqual(['Free 1']);
  expect(publication.state).toEqual({ kind: 'held' });
  publication.announce();
  await clock.advance(0);
  avahi.settle('established');
  await clock.advance(0);
  expect(avahi.takeCalls()).toEqual([ETH0_ADDED.replace('AddService 1', 'AddService 2'), 'Commit 2']);
  expect(events.map(({ kind }) => kind)).toEqual(['announced', 'withdrawn', 'announced']);
});

test('A name that another host has is left for the one that the daemon proposes', async () => {
  const { avahi, clock, events, publication } = await published();
  avahi.takeCalls();
  avahi.settle('collision');
  await clock.advance(0);
  expect(avahi.takeCalls()).toEqual(['Reset 1', ETH0_ADDED.replace('redis', 'redis #2'), 'Commit 1']);
  expect(events.at(-1)).toEqual({ kind: 'renamed', from: 'redis', to: 'redis #2' });
  expect(publication.name).toBe('redis #2');
});

test('A name that this machine has already is left, too', async () => {
  const { avahi, clock, responder } = await arrange();
  avahi.taken.add('redis');
  await responder.start();
  const publication = responder.publish(REDIS, () => undefined);
  await clock.advance(0);
  expect(publication.name).toBe('redis #2');
});

test('More than ten names in a row that others have are tried two seconds apart', async () => {
  const { avahi, clock, publication } = await published();
  avahi.takeCalls();
  for (let n = 0; n < 12; n++) {
    avahi.settle('collision');
    await clock.advance(0);
  }
  const quick = avahi.takeCalls().filter((call) => call.startsWith('Commit')).length;
  expect(quick).toBe(10);
  const { name } = publication;
  await clock.advance(2_000);
  expect(avahi.takeCalls().at(-1)).toBe('Commit 1');
  expect(publication.name).toBe(name);
});

test('What the daemon failed at is tried again after two seconds', async () => {
  const { avahi, clock, events } = await published();
  avahi.takeCalls();
  avahi.settle('failure');
  await clock.advance(1_999);
  expect(avahi.takeCalls()).toEqual([]);
  await clock.advance(1);
  expect(avahi.takeCalls()).toEqual(['Reset 1', ETH0_ADDED, 'Commit 1']);
  expect(events.map(({ kind }) => kind)).toEqual(['announced', 'withdrawn']);
});

test('A call that fails is told once for each reason, and tried again', async () => {
  const { avahi, clock, responder, told } = await arrange();
  await responder.start();
  for (let n = 0; n < 2; n++) {
    avahi.failures.set('Commit', new BusError('org.freedesktop.Avahi.NotPermittedError', 'Not permitted'));
    if (n === 0) responder.publish(REDIS, () => undefined);
    await clock.advance(2_000);
  }
  expect(told).toEqual([
    { kind: 'publish-failed', name: 'redis', reason: expect.stringContaining('disable-user-service-publishing=no') },
  ]);
  await clock.advance(2_000);
  expect(avahi.takeCalls().at(-1)).toBe('Commit 1');
});

test('When the daemon ends nothing is announced; when it is back everything is published again', async () => {
  const { avahi, clock, events, publication, told } = await published();
  avahi.takeCalls();
  avahi.restart(undefined);
  await clock.advance(0);
  expect(publication.state).toEqual({ kind: 'probing' });
  avahi.restart('h1-2.local');
  await clock.advance(0);
  avahi.settle('established');
  await clock.advance(0);
  expect(told.map(({ kind }) => kind)).toEqual(['responder-lost', 'responder-back']);
  expect(avahi.takeCalls().at(-1)).toBe('Commit 2');
  expect(events.map(({ kind }) => kind)).toEqual(['announced', 'withdrawn', 'announced']);
  expect(publication.host).toBe('h1-2.local');
});

test('A daemon that is back but does not answer at first is asked again', async () => {
  const { avahi, clock, told } = await published();
  avahi.restart(undefined);
  await clock.advance(0);
  avahi.failures.set('GetState', new BusError('ETIMEDOUT', 'no reply'));
  avahi.restart('h1.local');
  await clock.advance(0);
  expect(told.map(({ kind }) => kind)).toEqual(['responder-lost']);
  await clock.advance(2_000);
  expect(told.map(({ kind }) => kind)).toEqual(['responder-lost', 'responder-back']);
});

test('A daemon that was ended is not started again by asking for it', async () => {
  const { avahi, clock } = await published();
  avahi.restart(undefined);
  await clock.advance(0);
  const before = avahi.questions;
  await clock.advance(60_000);
  expect(avahi.questions).toBe(before);
});

test('A daemon that has no host name yet is waited for', async () => {
  const { avahi, clock, responder } = await arrange();
  avahi.host = '';
  await responder.start();
  responder.publish(REDIS, () => undefined);
  await clock.advance(0);
  expect(avahi.takeCalls()).toEqual([]);
  avahi.rename('h1.local');
  await clock.advance(0);
  expect(avahi.takeCalls()).toEqual([ETH0_ADDED, 'Commit 1']);
});

test('Under another host name the entries are made anew', async () => {
  const { avahi, clock } = await published();
  avahi.takeCalls();
  avahi.rename('h1-2.local');
  await clock.advance(0);
  expect(avahi.takeCalls()).toEqual(['Reset 1', ETH0_ADDED, 'Commit 1']);
});

test('When the bus is gone it is connected to again', async () => {
  const { avahi, clock, told } = await published();
  avahi.takeCalls();
  avahi.isBusUp = false;
  avahi.loseBus();
  await clock.advance(10_000);
  expect(avahi.takeCalls()).toEqual([]);
  avahi.isBusUp = true;
  await clock.advance(2_000);
  expect(avahi.takeCalls().at(-1)).toBe('Commit 2');
  expect(told.map(({ kind }) => kind)).toEqual(['responder-lost', 'responder-back']);
});

test('A daemon that does not answer when the bus is back is asked again', async () => {
  const { avahi, clock, told, events } = await published();
  avahi.isBusUp = false;
  avahi.loseBus();
  await clock.advance(4_000);
  avahi.isBusUp = true;
  avahi.failures.set('GetState', new BusError('org.freedesktop.DBus.Error.NoReply', 'it is stopped'));
  await clock.advance(2_000);
  expect(told.map(({ kind }) => kind)).toEqual(['responder-lost']);
  await clock.advance(4_000);
  expect(told.map(({ kind }) => kind)).toEqual(['responder-lost', 'responder-back']);
  avahi.settle('established');
  await clock.advance(0);
  expect(events.at(-1)).toMatchObject({ kind: 'announced' });
});

test('An interface that comes is published on within two seconds', async () => {
  const { avahi, clock, interfaces } = await published();
  avahi.takeCalls();
  interfaces.push(onInterface('eth1', 3));
  await clock.advance(2_000);
  expect(avahi.takeCalls()).toEqual(['Reset 1', ETH0_ADDED, `AddService 1 3 ${PLACE} 6379 [env=lab]`, 'Commit 1']);
});

test('A service that is restricted to another interface is not published', async () => {
  const { avahi } = await published({ ...REDIS, interfaces: ['eth9'] });
  expect(avahi.takeCalls()).toEqual([]);
});

test('Closing frees every group, then the bus, and nothing fires after it', async () => {
  const { avahi, clock, responder, publication } = await published();
  avahi.takeCalls();
  await responder.close();
  expect(avahi.takeCalls()).toEqual(['Free 1']);
  expect(avahi.isConnected).toBe(false);
  expect(publication.state).toEqual({ kind: 'closed' });
  expect(clock.pendingTimers).toBe(0);
});

test.each<readonly [string, Partial<Pick<FakeAvahi, 'host' | 'isBusUp'>>, BusError | undefined, string]>([
  ['no bus', { isBusUp: false }, undefined, 'start dbus'],
  ['no daemon', { host: undefined }, undefined, 'start it \\(systemctl start avahi-daemon\\)'],
  ['no permission', {}, new BusError('x.AccessDenied', 'denied'), 'allow it'],
  ['no answer', {}, new BusError('ETIMEDOUT', 'no reply'), 'restart it'],
])('What is missing at the start is said in a sentence: %s', async (_, state, failure, remedy) => {
  const { avahi, responder } = await arrange();
  Object.assign(avahi, state);
  if (failure !== undefined) avahi.failures.set('GetState', failure);
  await expect(responder.start()).rejects.toMatchObject({
    code: 'RESPONDER_UNAVAILABLE',
    message: expect.stringMatching(new RegExp(`${remedy}, or leave --responder out`)),
  });
  expect(avahi.isConnected).toBe(false);
});

test('Where dbus-native is not installed it says what to install, in the version that the package asks for', async () => {
  const manifest: Readonly<Record<string, Readonly<Record<string, string>>>> = createRequire(import.meta.url)(
    '../../package.json',
  );
  expect(manifest.dependencies).not.toHaveProperty('dbus-native');
  const refuse = (name: string): never => {
    throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });
  };
  const responder = new AvahiResponder({
    connect: messageBusAt('unix:path=/nowhere/bus', refuse),
    clock: new ManualClock(),
    interfaces: () => [],
    onEvent: () => undefined,
  });
  await expect(responder.start()).rejects.toMatchObject({
    code: 'RESPONDER_UNAVAILABLE',
    message: `avahi-daemon is reached with the package dbus-native, which is not installed: npm install dbus-native@${manifest.optionalDependencies?.['dbus-native']} where ambassador is installed (--global if that is), or leave --responder out to publish without it`,
  });
});

test('Where it is installed the bus itself is asked', async () => {
  const connect = messageBusAt('unix:path=/nowhere/bus');
  await expect(connect({ signal: () => undefined, lost: () => undefined })).rejects.toMatchObject({ code: 'ENOENT' });
});
