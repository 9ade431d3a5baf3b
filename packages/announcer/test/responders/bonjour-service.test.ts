import type { NetworkInterface, PublicationEvent, ServiceOptions } from '@mdns-ambassador/mdns';
import { ManualClock, seededRandom } from '@mdns-ambassador/testkit';
import { beforeEach, expect, test, vi } from 'vitest';
import { BonjourResponder } from '../../src/responders/bonjour-service.ts';
import type { ForeignResponderEvent } from '../../src/responders/responder.ts';
import { FakeBonjour } from './fake-bonjour.ts';

vi.mock('bonjour-service', async () => ({ Bonjour: (await import('./fake-bonjour.ts')).FakeBonjour }));

const REDIS: ServiceOptions = {
  name: 'redis on h1',
  type: '_redis._tcp',
  port: 6379,
  txt: new Map([['env', Buffer.from('lab')]]),
};

function onInterface(name: string, ...addresses: readonly string[]): NetworkInterface {
  return {
    name,
    loopback: false,
    addresses: addresses.map((address) => ({
      address,
      family: address.includes(':') ? 'IPv6' : 'IPv4',
      prefixLength: 24,
      scopeId: 0,
    })),
  };
}

function arrange() {
  const clock = new ManualClock();
  const told: ForeignResponderEvent[] = [];
  const interfaces = [onInterface('eth0', 'fe80::1', '10.0.0.1'), onInterface('six', 'fd00::1')];
  const looks = { count: 0 };
  const responder = new BonjourResponder({
    clock,
    random: seededRandom(1),
    hostName: 'h1',
    interfaces: () => {
      looks.count += 1;
      return interfaces;
    },
    onEvent: (event) => told.push(event),
  });
  return { clock, told, interfaces, looks, responder };
}

async function published(service: ServiceOptions = REDIS) {
  const world = arrange();
  await world.responder.start();
  FakeBonjour.made.length = 0;
  const events: PublicationEvent[] = [];
  const publication = world.responder.publish(service, (event) => events.push(event));
  await world.clock.advance(0);
  return { ...world, events, publication };
}

beforeEach(() => FakeBonjour.reset());

test('A service is published on each interface that has IPv4, under a name and a host of its own', async () => {
  const { events, publication } = await published();
  expect(publication.name).toMatch(/^redis on h1 \([0-9a-z]{4}\)$/);
  expect(publication.host).toMatch(/^h1-[0-9a-z]{4}\.local$/);
  expect(FakeBonjour.made.map(({ transport }) => transport)).toEqual([{ interface: '10.0.0.1', bind: '0.0.0.0' }]);
  expect(FakeBonjour.made[0]?.published).toEqual({
    name: publication.name,
    type: 'redis',
    protocol: 'tcp',
    port: 6379,
    host: publication.host,
    subtypes: [],
    txt: { env: 'lab' },
    probe: false,
    disableIPv6: true,
  });
  expect(events).toEqual([{ kind: 'announced', name: publication.name, interfaces: ['eth0'] }]);
});

test('What is reached by IPv6 alone is not published with an IPv4 address, and that is said once', async () => {
  const { told, publication, clock } = await published({ ...REDIS, family: 'IPv6' });
  await clock.advance(60_000);
  expect(FakeBonjour.made).toEqual([]);
  expect(told).toEqual([
    { kind: 'publish-failed', name: publication.name, reason: expect.stringContaining('IPv4 addresses alone') },
  ]);
});

test('A key without a value gets an empty one: the library knows no other', async () => {
  await published({ ...REDIS, txt: new Map([['up', true]]) });
  expect(FakeBonjour.made[0]?.published).toMatchObject({ txt: { up: '' } });
});

test('A dot in the name becomes a hyphen, lest the library end the name there', async () => {
  const { publication } = await published({ ...REDIS, name: 'redis 7.2' });
  expect(publication.name).toMatch(/^redis 7-2 \(/);
});

test('A long name keeps its id and stays within 63 bytes', async () => {
  const { publication } = await published({ ...REDIS, name: 'é'.repeat(31) });
  expect(publication.name).toMatch(/ \([0-9a-z]{4}\)$/);
  expect(Buffer.byteLength(publication.name)).toBeLessThanOrEqual(63);
});

test('A change is a goodbye and another socket', async () => {
  const { clock, events, publication } = await published();
  publication.update({ port: 6380 });
  await clock.advance(0);
  expect(FakeBonjour.made.map(({ calls }) => calls)).toEqual([['unpublish', 'destroy'], []]);
  expect(FakeBonjour.made[1]?.published).toMatchObject({ name: publication.name, port: 6380 });
  expect(events.map(({ kind }) => kind)).toEqual(['announced']);
});

test('Services do not share a socket: withdrawing one leaves its sibling', async () => {
  const { clock, publication, responder } = await published();
  responder.publish({ ...REDIS, name: 'sibling' }, () => undefined);
  await clock.advance(0);
  publication.withdraw();
  await clock.advance(0);
  expect(FakeBonjour.made.map(({ calls }) => calls)).toEqual([['unpublish', 'destroy'], []]);
});

test('Withdrawn and announced again it has the same name', async () => {
  const { clock, events, publication } = await published();
  const { name } = publication;
  publication.withdraw();
  await clock.advance(0);
  expect(publication.state).toEqual({ kind: 'held' });
  publication.announce();
  await clock.advance(0);
  expect(FakeBonjour.made[1]?.published).toMatchObject({ name });
  expect(events.map(({ kind }) => kind)).toEqual(['announced', 'withdrawn', 'announced']);
});

test('Withdrawn and announced again in one moment it stays where it is, and both are told', async () => {
  const { clock, events, publication } = await published();
  publication.withdraw();
  publication.announce();
  await clock.advance(0);
  expect(FakeBonjour.made.map(({ calls }) => calls)).toEqual([[]]);
  expect(events.map(({ kind }) => kind)).toEqual(['announced', 'withdrawn', 'announced']);
});

test('An error of the socket withdraws the service, is told once, and it is published again after two seconds', async () => {
  const { clock, events, publication, told } = await published();
  for (let n = 0; n < 2; n++) {
    FakeBonjour.made.at(-1)?.server.mdns.emit('error', new Error('ENETDOWN'));
    await clock.advance(1_999);
    expect(publication.state).toEqual({ kind: 'probing' });
    await clock.advance(1);
    expect(publication.state.kind).toBe('announced');
  }
  expect(told).toEqual([{ kind: 'publish-failed', name: publication.name, reason: 'ENETDOWN' }]);
  expect(events.map(({ kind }) => kind)).toEqual(['announced', 'withdrawn', 'announced', 'withdrawn', 'announced']);
});

test('An interface that comes is published on within two seconds', async () => {
  const { clock, interfaces, events } = await published();
  interfaces.push(onInterface('eth1', '10.1.0.1'));
  await clock.advance(2_000);
  expect(events.at(-1)).toMatchObject({ kind: 'announced', interfaces: ['eth0', 'eth1'] });
});

test('Closing says goodbye before the socket goes, and nothing fires after it', async () => {
  const { clock, responder, publication } = await published();
  await responder.close();
  expect(FakeBonjour.made[0]?.calls).toEqual(['unpublish', 'destroy']);
  expect(publication.state).toEqual({ kind: 'closed' });
  expect(clock.pendingTimers).toBe(0);
});

test('A port that is refused is said at the start, with what works instead', async () => {
  FakeBonjour.opens = new Error('bind EADDRINUSE 0.0.0.0:5353');
  const { responder } = arrange();
  await expect(responder.start()).rejects.toMatchObject({
    code: 'RESPONDER_UNAVAILABLE',
    message: expect.stringMatching(/EADDRINUSE.*--responder avahi/),
  });
  expect(FakeBonjour.made[0]?.calls).toEqual(['unpublish', 'destroy']);
});

test('A service that was closed is forgotten', async () => {
  const { clock, interfaces, looks, publication, responder } = await published();
  await publication.close();
  for (let time = 0; time < 5; time++) await responder.publish(REDIS, () => undefined).close();
  await clock.advance(2_000);
  looks.count = 0;
  interfaces.push(onInterface('eth1', '10.0.1.1'));
  await clock.advance(2_000);
  expect(looks.count).toBe(1);
});
