import type { NetworkInterface, PublicationEvent, ServiceOptions } from '@mdns-ambassador/mdns';
import { ManualClock } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { HeldPublication } from '../../src/held-publication.ts';
import { Registrar } from '../../src/registrars/registrar.ts';
import type { RegistrarEvent } from '../../src/registrars/registrar-event.ts';
import { ETH0, ETH1, LOOPBACK } from '../fake-host.ts';
import { FakeRegistry } from './fake-registry.ts';

const ENTRY = '/services/redis/redis-on-h1-k3x9-aaaaaaaa';
const SERVICE: ServiceOptions = {
  name: 'redis on h1',
  type: '_redis._tcp',
  port: 7000,
  txt: new Map([['id', Buffer.from('k3x9')]]),
};

async function arrange(interfaces: readonly NetworkInterface[] = [ETH0]) {
  const world = { interfaces };
  const clock = new ManualClock();
  const registry = new FakeRegistry();
  const told: RegistrarEvent[] = [];
  const events: PublicationEvent[] = [];
  const registrar = new Registrar({
    name: 'zookeeper:10.0.0.9:2181',
    registry,
    folder: '/services/{service}',
    clock,
    random: () => 0,
    interfaces: () => world.interfaces,
    onEvent: (event) => told.push(event),
  });
  await registrar.start();
  const publish = (service = SERVICE) => registrar.publish(service, (event) => events.push(event));
  const written = (): { readonly host: string; readonly labels: object } =>
    JSON.parse(registry.entries.get(ENTRY) ?? '{}');
  return { world, clock, registry, told, events, registrar, publish, written };
}

describe('A registrar', () => {
  test.each([
    ['_foo._udp', '/services/foo/'],
    ['_Redis._TCP', '/services/redis/'],
    ['_http._tcp', '/services/http/'],
    ['_http._tcp', '/services/web/', 'web'],
  ])('writes a service of type %s where who proxies it reads, in %s', async (type, folder, svc?: string) => {
    const { clock, publish, registry } = await arrange();
    const said = svc === undefined ? [] : [['svc', Buffer.from(svc)] as const];
    publish({ ...SERVICE, type, txt: new Map([['id', Buffer.from('k3x9')], ...said]) });
    await clock.advance(0);
    expect([...registry.entries.keys()]).toEqual([`${folder}redis-on-h1-k3x9-aaaaaaaa`]);
  });

  test('writes a service under its type, with an address of this machine', async () => {
    const { clock, registrar, publish, told, events, written } = await arrange([LOOPBACK, ETH0]);
    const publication = publish();
    await clock.advance(0);
    expect(written()).toMatchObject({ host: '10.99.0.1', port: 7000, name: 'redis on h1' });
    expect(publication).toMatchObject({ host: '10.99.0.1', state: { kind: 'announced', interfaces: ['eth0'] } });
    expect(told).toEqual([
      {
        kind: 'registered',
        registry: 'zookeeper:10.0.0.9:2181',
        name: 'redis on h1',
        entry: ENTRY,
        address: '10.99.0.1',
        port: 7000,
      },
    ]);
    expect(events).toEqual([{ kind: 'announced', name: 'redis on h1', interfaces: ['eth0'] }]);
    await registrar.close();
    expect(clock.pendingTimers).toBe(0);
  });

  test('writes nothing of a service whose check has not passed, and takes out one whose check fails', async () => {
    const { clock, registry, registrar } = await arrange();
    const held = new HeldPublication(SERVICE, registrar, () => undefined);
    await clock.advance(5_000);
    expect(registry.calls.filter((call) => call.startsWith('write'))).toEqual([]);
    await held.announce(undefined);
    await clock.advance(0);
    expect([...registry.entries.keys()]).toEqual([ENTRY]);
    held.withdraw();
    await clock.advance(0);
    expect([...registry.entries.keys()]).toEqual([]);
    await clock.advance(5_000);
    expect([...registry.entries.keys()]).toEqual([]);
    await registrar.close();
  });

  test('leaves in order: drain, then out of the registry, then no connection to it', async () => {
    const { clock, registry, registrar, publish, written } = await arrange();
    const publication = publish();
    await clock.advance(0);
    publication.update({ txt: new Map([['st', Buffer.from('drain')]]) });
    await clock.advance(0);
    expect(written().labels).toEqual({ st: 'drain' });
    await publication.close();
    await registrar.close();
    expect(registry.calls).toEqual([`write ${ENTRY}`, `write ${ENTRY}`, `remove ${ENTRY}`, 'close']);
  });

  test('follows the address of its machine', async () => {
    const { world, clock, registrar, publish, written, told } = await arrange();
    publish();
    await clock.advance(0);
    world.interfaces = [ETH1];
    await clock.advance(2_000);
    expect(written().host).toBe(ETH1.addresses.find(({ family }) => family === 'IPv4')?.address);
    expect(told.map(({ kind }) => kind)).toEqual(['registered', 'registered']);
    await registrar.close();
  });

  test('never writes loopback: it waits for another address, says so once, and takes out what it wrote', async () => {
    const { world, clock, registry, registrar, publish, told, written } = await arrange([LOOPBACK]);
    publish();
    await clock.advance(20_000);
    expect(registry.entries.size).toBe(0);
    expect(told).toMatchObject([{ kind: 'register-failed', reason: expect.stringContaining('no network interface') }]);
    world.interfaces = [ETH0];
    await clock.advance(2_000);
    expect(written().host).toBe('10.99.0.1');
    world.interfaces = [];
    await clock.advance(20_000);
    expect(registry.entries.size).toBe(0);
    expect(told.map(({ kind }) => kind)).toEqual(['register-failed', 'registered', 'register-failed']);
    await registrar.close();
  });

  test('says that an entry is lost, and that it is back', async () => {
    const { clock, registry, registrar, publish, told } = await arrange();
    registry.reason = 'connect ECONNREFUSED';
    const publication = publish();
    await clock.advance(0);
    expect(told).toMatchObject([{ kind: 'register-failed', reason: 'connect ECONNREFUSED' }]);
    expect(publication.state).toEqual({ kind: 'probing' });
    registry.reason = undefined;
    await clock.advance(2_000);
    registry.lose('the session has expired');
    expect(told.map(({ kind }) => kind)).toEqual(['register-failed', 'registered', 'register-failed']);
    await registrar.close();
  });

  test('tells nothing and writes nothing once it is closed', async () => {
    const { clock, registry, registrar, publish, told } = await arrange();
    const publication = publish();
    await registrar.close();
    await registrar.close();
    publication.announce();
    publication.update({ port: 7001 });
    await clock.advance(20_000);
    expect([registry.entries.size, told.length, clock.pendingTimers]).toEqual([0, 0, 0]);
    expect(registry.calls.filter((call) => call === 'close')).toHaveLength(1);
  });
});
