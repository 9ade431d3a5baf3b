import { FLAGS, HOSTILE_PACKETS, rawName, rawPacket, rawRecord, TYPES } from '@mdns-ambassador/testkit';
import { describe, expect, it } from 'vitest';
import type { AddressStanding } from '../src/network.ts';
import { decodeMessage } from '../src/wire/decode.ts';
import { browse, listGoodbyes, NodeWorld, publish, TYPE } from './node-world.ts';

const SECOND_MS = 1_000;
/** Probing, and announcing for the first time (RFC 6762 8). */
const ANNOUNCED_MS = 1_000;
/** How soon an interface's change is noticed. */
const POLL_MS = 2_000;
/** RFC 6762 10.1 */
const GRACE_MS = 1_000;

describe('publish and browse', () => {
  it('finds on one host what another publishes, in full', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24', 'fe80::1/64');
    const h2 = await world.start('h2', '10.0.0.2/24', 'fe80::2/64');
    const txt = new Map<string, Uint8Array | true>([
      ['a', new Uint8Array([98])],
      ['flag', true],
    ]);
    const browsed = browse(h2);
    publish(h1, 'redis on h1', { port: 12345, priority: 1, weight: 2, txt });
    await world.run(2 * SECOND_MS);
    expect(browsed.events).toEqual([
      {
        kind: 'added',
        instance: {
          name: 'redis on h1',
          type: TYPE,
          host: 'h1-aaaa.local',
          port: 12345,
          priority: 1,
          weight: 2,
          txt,
          announcer: '10.0.0.1',
          addresses: [
            { address: '10.0.0.1', interfaceName: 'eth0', isFromThisHost: false },
            { address: 'fe80::1%eth0', interfaceName: 'eth0', isFromThisHost: false },
          ],
        },
      },
    ]);
  });

  it('claims and asks nothing before its links hear: the first answers would be lost', async () => {
    const world = new NodeWorld();
    const h1 = world.add('h1', { eth0: ['lan', '10.0.0.1/24'] });
    const openLink = h1.host.openLink.bind(h1.host);
    let hear = (): void => undefined;
    const hears = new Promise<void>((resolve) => {
      hear = resolve;
    });
    h1.host.openLink = async (...of) => Object.assign(await openLink(...of), { renew: () => hears });
    const started = h1.node.start();
    publish(h1, 'a');
    browse(h1);
    await world.run(5 * SECOND_MS);
    expect(world.sent).toEqual([]);
    hear();
    await started;
    await world.run(ANNOUNCED_MS);
    expect(world.messagesOf(h1).some(({ authorities }) => authorities.length > 0)).toBe(true);
  });

  it('announces within a second of publishing, and says so once', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const { publication, events } = publish(h1, 'a');
    expect(publication.state).toEqual({ kind: 'probing' });
    expect(publication.host).toBe('h1-aaaa.local');
    await world.run(ANNOUNCED_MS + 50);
    expect(publication.state).toEqual({ kind: 'announced', interfaces: ['eth0'] });
    await world.run(60 * SECOND_MS);
    expect(events).toEqual([{ kind: 'announced', name: 'a', interfaces: ['eth0'] }]);
  });

  it('knows an instance for as long as its records last unless they are heard again', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24', 'fe80::1/64');
    const h2 = await world.start('h2', '10.0.0.2/24');
    const browsed = browse(h2);
    publish(h1, 'a', { ttl: 60 });
    await world.run(2 * SECOND_MS);
    const [instance] = browsed.instances();
    if (instance === undefined) throw new Error('it is found');
    const remaining = (): number => h2.node.remainingMs(instance);
    expect(remaining()).toBeGreaterThan(55 * SECOND_MS);
    expect(remaining()).toBeLessThanOrEqual(60 * SECOND_MS);
    expect(h2.node.remainingMs({ ...instance, name: 'b' })).toBe(0);
    await world.run(300 * SECOND_MS);
    expect(remaining()).toBeGreaterThan(0);
    h1.host.disconnect('eth0');
    const before = remaining();
    await world.run(5 * SECOND_MS);
    expect(remaining()).toBe(before - 5 * SECOND_MS);
    await world.run(60 * SECOND_MS);
    expect(remaining()).toBe(0);
  });

  it('finds what the same host publishes, and knows that', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const browsed = browse(h1);
    publish(h1, 'a');
    await world.run(2 * SECOND_MS);
    expect(browsed.instances()[0]?.addresses).toEqual([
      { address: '10.0.0.1', interfaceName: 'eth0', isFromThisHost: true },
    ]);
  });

  it('hears the TXT data of what nobody browses, of other hosts alone, and again when it changes', async () => {
    const world = new NodeWorld();
    const heard: string[] = [];
    const onTxt = (txt: ReadonlyMap<string, Uint8Array | true>, from: string): void =>
      void heard.push(`${from} ${[...txt.keys()].join()}`);
    const h1 = world.add('h1', { eth0: ['lan', '10.0.0.1/24'] }, { onTxt });
    await h1.node.start();
    publish(h1, 'own', { txt: new Map([['own', true]]) });
    const h2 = await world.start('h2', '10.0.0.2/24');
    const { publication } = publish(h2, 'other', { txt: new Map([['first', true]]) });
    await world.run(5 * SECOND_MS);
    publication.update({ txt: new Map([['second', true]]) });
    await world.run(5 * SECOND_MS);
    await publication.close();
    await world.run(5 * SECOND_MS);
    expect([...new Set(heard)]).toEqual(['10.0.0.2 first', '10.0.0.2 second']);
  });

  it('works before it was started', async () => {
    const world = new NodeWorld();
    const h1 = world.add('h1', { eth0: ['lan', '10.0.0.1/24'] });
    const browsed = browse(h1);
    publish(h1, 'a');
    await world.run(5 * SECOND_MS);
    expect(world.sent).toEqual([]);
    await h1.node.start();
    await world.run(2 * SECOND_MS);
    expect(browsed.instances().map(({ name }) => name)).toEqual(['a']);
  });

  it('tells a second listener at once what the first has found', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const h2 = await world.start('h2', '10.0.0.2/24');
    publish(h1, 'a');
    const first = browse(h2);
    await world.run(2 * SECOND_MS);
    const second = browse(h2, TYPE.toUpperCase());
    expect(second.events).toEqual([]);
    await world.run(0);
    expect(second.events).toEqual(first.events);
  });

  it('tells a closed listener nothing more, and its neighbour everything', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const h2 = await world.start('h2', '10.0.0.2/24');
    const closed = browse(h2);
    const kept = browse(h2);
    closed.close();
    publish(h1, 'a');
    await world.run(2 * SECOND_MS);
    expect(closed.events).toEqual([]);
    expect(kept.instances()).toHaveLength(1);
  });

  it('tells every type on the link once', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const h2 = await world.start('h2', '10.0.0.2/24');
    publish(h1, 'a');
    publish(h1, 'b');
    publish(h1, 'c', { type: '_http._tcp' });
    const types: string[] = [];
    const browsing = h2.node.browseTypes((type) => types.push(type));
    await world.run(60 * SECOND_MS);
    expect(types.toSorted()).toEqual(['_http._tcp', TYPE]);
    browsing.close();
    publish(h1, 'd', { type: '_ssh._tcp' });
    await world.run(60 * SECOND_MS);
    expect(types).toHaveLength(2);
  });

  it('finds by subtype only those that have it', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const h2 = await world.start('h2', '10.0.0.2/24');
    publish(h1, 'plain');
    publish(h1, 'special', { subtypes: ['_special'] });
    const browsed = browse(h2, TYPE, '_special');
    await world.run(3 * SECOND_MS);
    expect(browsed.instances().map(({ name }) => name)).toEqual(['special']);
  });

  it('changes data without a goodbye', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const h2 = await world.start('h2', '10.0.0.2/24');
    const { publication } = publish(h1, 'a');
    const browsed = browse(h2);
    await world.run(10 * SECOND_MS);
    publication.update({ port: 7000, weight: 5, txt: new Map([['st', new Uint8Array([1])]]) });
    await world.run(3 * SECOND_MS);
    expect(browsed.events.map(({ kind }) => kind)).not.toContain('removed');
    expect(browsed.instances()).toMatchObject([{ port: 7000, weight: 5, txt: new Map([['st', new Uint8Array([1])]]) }]);
    expect(listGoodbyes(world.messagesOf(h1))).toEqual([]);
  });

  it('stops one service and leaves its sibling alone', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const h2 = await world.start('h2', '10.0.0.2/24');
    const a = publish(h1, 'a');
    publish(h1, 'b');
    const browsed = browse(h2);
    await world.run(10 * SECOND_MS);
    const stopped = world.clock.now();
    await a.publication.close();
    await world.run(2 * GRACE_MS);
    expect(a.publication.state).toEqual({ kind: 'closed' });
    expect(browsed.instances().map(({ name }) => name)).toEqual(['b']);
    const gone = new Set(listGoodbyes(world.messagesOf(h1, stopped)));
    expect([...gone].toSorted()).toEqual(
      [`${TYPE}.local PTR`, `a.${TYPE}.local SRV`, `a.${TYPE}.local TXT`].toSorted(),
    );
    await world.run(120 * SECOND_MS);
    expect(browsed.instances().map(({ name }) => name)).toEqual(['b']);
  });

  it('keeps a withdrawn name and announces it again at once', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const h2 = await world.start('h2', '10.0.0.2/24');
    const a = publish(h1, 'a');
    const browsed = browse(h2);
    await world.run(10 * SECOND_MS);
    a.publication.withdraw();
    await world.run(2 * GRACE_MS);
    expect(a.publication.state).toEqual({ kind: 'held' });
    expect(browsed.instances()).toEqual([]);
    a.publication.announce();
    await world.run(20);
    expect(browsed.instances().map(({ name }) => name)).toEqual(['a']);
    expect(a.events.map(({ kind }) => kind)).toEqual(['announced', 'withdrawn', 'announced']);
  });

  it('announces nothing of a service that was withdrawn while it was probed for', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const h2 = await world.start('h2', '10.0.0.2/24');
    const a = publish(h1, 'a');
    a.publication.withdraw();
    const browsed = browse(h2);
    await world.run(10 * SECOND_MS);
    expect(browsed.events).toEqual([]);
    const asked = world.clock.now();
    a.publication.announce();
    await world.run(20);
    expect(browsed.instances()).toHaveLength(1);
    expect(world.clock.now() - asked).toBeLessThan(50);
  });

  it('publishes on the interfaces that were asked for only', async () => {
    const world = new NodeWorld();
    const h1 = world.add('h1', { eth0: ['left', '10.0.0.1/24'], eth1: ['right', '10.1.0.1/24'] });
    const left = world.add('left', { eth0: ['left', '10.0.0.2/24'] });
    const right = world.add('right', { eth0: ['right', '10.1.0.2/24'] });
    for (const { node } of [h1, left, right]) await node.start();
    const a = publish(h1, 'a', { interfaces: ['eth1'] });
    const [onLeft, onRight] = [browse(left), browse(right)];
    await world.run(5 * SECOND_MS);
    expect(onLeft.instances()).toEqual([]);
    expect(onRight.instances()).toHaveLength(1);
    expect(a.publication.state).toEqual({ kind: 'announced', interfaces: ['eth1'] });
  });

  it.each([
    ['a name of 64 bytes', { name: 'x'.repeat(64) }, 'bad-name'],
    ['an empty name', { name: '' }, 'bad-name'],
    ['a name with a control character (RFC 6763 4.1.1)', { name: 'a\nb' }, 'bad-name'],
    ['port 0', { port: 0 }, 'bad-port'],
    ['port 70000', { port: 70_000 }, 'bad-port'],
    ['a type without protocol', { type: '_redis' }, 'bad-type'],
    ['a type that is too long', { type: '_abcdefghijklmnop._tcp' }, 'bad-type'],
    ['a weight of 65536', { weight: 65_536 }, 'bad-number'],
    ['a TXT pair of 300 bytes', { txt: new Map([['a', new Uint8Array(300)]]) }, 'txt-too-long'],
  ])('refuses %s and sends nothing', async (_, change, code) => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    expect(() => publish(h1, 'a', change)).toThrow(expect.objectContaining({ code }));
    await world.run(5 * SECOND_MS);
    expect(world.sent).toEqual([]);
  });
});

describe('conflicts', () => {
  it('the later of two services of one name is renamed, on all interfaces', async () => {
    const world = new NodeWorld();
    const rival = world.add('rival', { eth0: ['left', '10.0.0.9/24'] });
    const h1 = world.add('h1', { eth0: ['left', '10.0.0.1/24'], eth1: ['right', '10.1.0.1/24'] });
    const right = world.add('right', { eth0: ['right', '10.1.0.2/24'] });
    for (const { node } of [rival, h1, right]) await node.start();
    publish(rival, 'redis');
    await world.run(5 * SECOND_MS);
    const later = publish(h1, 'redis');
    const onRight = browse(right);
    await world.run(10 * SECOND_MS);
    expect(later.publication.name).toBe('redis (2)');
    expect(later.events[0]).toEqual({ kind: 'renamed', from: 'redis', to: 'redis (2)' });
    expect(later.publication.state).toEqual({
      kind: 'announced',
      interfaces: expect.arrayContaining(['eth0', 'eth1']),
    });
    expect(onRight.instances().map(({ name }) => name)).toEqual(['redis (2)']);
    expect(listGoodbyes(world.messagesOf(h1)).filter((name) => name.startsWith('redis.'))).toEqual([]);
  });

  it('two services of one name in one process both get one', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const [first, second] = [publish(h1, 'redis'), publish(h1, 'redis')];
    await world.run(5 * SECOND_MS);
    expect([first.publication.name, second.publication.name]).toEqual(['redis', 'redis (2)']);
    expect(second.publication.state.kind).toBe('announced');
  });

  it('two nodes on one machine do not take each other for themselves', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const other = { ...h1, node: world.createNode('other', h1.host, []) };
    await other.node.start();
    const first = publish(h1, 'redis');
    await world.run(5 * SECOND_MS);
    const second = publish(other, 'redis');
    const browsed = browse(h1);
    await world.run(10 * SECOND_MS);
    expect([first.publication.name, second.publication.name]).toEqual(['redis', 'redis (2)']);
    expect(browsed.instances().map(({ host }) => host)).toEqual(['h1-aaaa.local', 'other-aaaa.local']);
  });

  it('two hosts of one label end with two', async () => {
    const world = new NodeWorld();
    const one = world.add('same', { eth0: ['lan', '10.0.0.1/24'] });
    const two = world.add('same', { eth0: ['lan', '10.0.0.2/24'] });
    await one.node.start();
    await two.node.start();
    const a = publish(one, 'a');
    await world.run(5 * SECOND_MS);
    const b = publish(two, 'b');
    await world.run(10 * SECOND_MS);
    expect(a.publication.host).toBe('same-aaaa.local');
    expect(b.publication.host).not.toBe('same-aaaa.local');
    expect(two.events).toContainEqual({
      kind: 'host-renamed',
      from: 'same-aaaa',
      to: b.publication.host.split('.')[0],
    });
    const browsed = browse(one);
    await world.run(5 * SECOND_MS);
    const found = Object.fromEntries(browsed.instances().map(({ name, addresses }) => [name, addresses[0]?.address]));
    expect(found).toEqual({ a: '10.0.0.1', b: '10.0.0.2' });
  });

  it('whoever answers to every name makes us rename three times, then we stay and say so', async () => {
    const world = new NodeWorld();
    const rival = await world.start('rival', '10.0.0.9/24');
    const h1 = await world.start('h1', '10.0.0.1/24');
    publish(rival, 'redis');
    await world.run(5 * SECOND_MS);
    const service = publish(h1, 'redis');
    for (let round = 0; round < 4; round++) {
      await world.run(100);
      if (service.publication.name !== 'redis') publish(rival, service.publication.name);
      await world.run(20 * SECOND_MS);
    }
    expect(service.events.filter(({ kind }) => kind === 'renamed').length).toBeLessThanOrEqual(3);
    expect(service.publication.state.kind).toBe('announced');
  });
});

describe('interfaces', () => {
  it('shows one instance for a host that is seen on two interfaces, with both addresses', async () => {
    const world = new NodeWorld();
    const h1 = world.add('h1', { eth0: ['left', '10.0.0.1/24'], eth1: ['right', '10.1.0.1/24'] });
    const h2 = world.add('h2', { eth0: ['left', '10.0.0.2/24'], eth1: ['right', '10.1.0.2/24'] });
    await h1.node.start();
    await h2.node.start();
    publish(h1, 'a');
    const browsed = browse(h2);
    await world.run(5 * SECOND_MS);
    expect(browsed.events.filter(({ kind }) => kind === 'added')).toHaveLength(1);
    expect(browsed.instances().map(({ addresses }) => addresses)).toEqual([
      [
        { address: '10.0.0.1', interfaceName: 'eth0', isFromThisHost: false },
        { address: '10.1.0.1', interfaceName: 'eth1', isFromThisHost: false },
      ],
    ]);
  });

  it('two interfaces on one segment do not quarrel with each other', async () => {
    const world = new NodeWorld();
    const h1 = world.add('h1', { eth0: ['lan', '10.0.0.1/24'], wlan0: ['lan', '10.0.0.2/24'] });
    const h2 = await world.start('h2', '10.0.0.3/24');
    await h1.node.start();
    const service = publish(h1, 'a');
    const browsed = browse(h2);
    await world.run(60 * SECOND_MS);
    expect(service.publication.name).toBe('a');
    expect(h1.events.filter(({ kind }) => kind === 'host-renamed')).toEqual([]);
    expect(browsed.instances()).toHaveLength(1);
    expect(browsed.events.filter(({ kind }) => kind === 'removed')).toEqual([]);
  });

  it('loses with an interface what was known by it alone, and finds it again when it returns', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const h2 = await world.start('h2', '10.0.0.2/24');
    publish(h1, 'a');
    const browsed = browse(h2);
    await world.run(5 * SECOND_MS);
    h2.host.disconnect('eth0');
    await world.run(POLL_MS);
    expect(browsed.events.at(-1)).toMatchObject({ kind: 'removed', lost: 'expired' });
    expect(h2.host.openLinks).toBe(0);
    h2.host.connect('eth0', 'lan', ['10.0.0.2/24']);
    await world.run(POLL_MS + 500);
    expect(browsed.instances()).toHaveLength(1);
    expect(h2.events.map(({ kind }) => kind)).toEqual(['interface-up', 'interface-down', 'interface-up']);
  });

  it('tells that an interface is down before what is no longer announced for that', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const told: string[] = [];
    h1.node.publish({ name: 'a', type: '_redis._tcp', port: 6379 }, ({ kind }) => {
      told.push(...h1.events.splice(0).map((event) => event.kind), kind);
    });
    await world.run(5 * SECOND_MS);
    h1.host.disconnect('eth0');
    await world.run(POLL_MS);
    // The second says that it is announced nowhere.
    expect(told).toEqual(['interface-up', 'announced', 'interface-down', 'announced']);
  });

  it('after a hundred flaps of an interface has one link, one instance and as many timers as before', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const h2 = await world.start('h2', '10.0.0.2/24');
    publish(h1, 'a');
    const browsed = browse(h2);
    const settle = (): Promise<void> => world.run(POLL_MS + ANNOUNCED_MS + 120 * SECOND_MS);
    await settle();
    const before = world.clock.pendingTimers;
    for (let flap = 0; flap < 100; flap++) {
      h2.host.disconnect('eth0');
      await world.run(flap % 2 === 0 ? 100 : POLL_MS);
      h2.host.connect('eth0', 'lan', [`10.0.0.${2 + (flap % 3)}/24`]);
      await world.run(flap % 5 === 0 ? 50 : POLL_MS);
    }
    await settle();
    expect([h2.host.openLinks, world.clock.pendingTimers]).toEqual([1, before]);
    expect(browsed.instances().map(({ name }) => name)).toEqual(['a']);
    world.sent.length = 0;
    await world.run(600 * SECOND_MS);
    // A listener that was left behind would ask and answer once more each time.
    expect(world.sent.length).toBeLessThan(20);
  });

  it('announces again, with the new address, what was published on an interface that returned with another', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const h2 = await world.start('h2', '10.0.0.2/24');
    const service = publish(h1, 'a');
    const browsed = browse(h2);
    await world.run(5 * SECOND_MS);
    h1.host.disconnect('eth0');
    await world.run(POLL_MS);
    expect(service.publication.state).toEqual({ kind: 'probing' });
    h1.host.connect('eth0', 'lan', ['10.0.0.7/24']);
    await world.run(POLL_MS + ANNOUNCED_MS + 2 * SECOND_MS);
    expect(browsed.instances().map(({ addresses }) => addresses.map(({ address }) => address))).toEqual([['10.0.0.7']]);
    expect(browsed.events.filter(({ kind }) => kind === 'removed')).toEqual([]);
    expect(service.events).toEqual([
      { kind: 'announced', name: 'a', interfaces: ['eth0'] },
      { kind: 'announced', name: 'a', interfaces: [] },
      { kind: 'announced', name: 'a', interfaces: ['eth0'] },
    ]);
  });

  it('tells a new address without a goodbye, and forgets the old one', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24', '10.0.0.4/24');
    const h2 = await world.start('h2', '10.0.0.2/24');
    publish(h1, 'a');
    const browsed = browse(h2);
    await world.run(5 * SECOND_MS);
    h1.host.readdress('eth0', ['10.0.0.4/24', '10.0.0.5/24']);
    await world.run(POLL_MS + 5 * SECOND_MS);
    expect(browsed.instances().map(({ addresses }) => addresses.map(({ address }) => address))).toEqual([
      ['10.0.0.4', '10.0.0.5'],
    ]);
    expect(browsed.events.filter(({ kind }) => kind === 'removed')).toEqual([]);
  });

  it('speaks a family that came later', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const h2 = await world.start('h2', 'fe80::2/64');
    publish(h1, 'a');
    const browsed = browse(h2);
    await world.run(5 * SECOND_MS);
    expect(browsed.instances()).toEqual([]);
    h1.host.readdress('eth0', ['10.0.0.1/24', 'fe80::1/64']);
    await world.run(10 * SECOND_MS);
    expect(browsed.instances()).toHaveLength(1);
  });

  it('tells of no address that is on its way out, and says nothing while temporary ones come and go', async () => {
    const world = new NodeWorld();
    const h1 = world.add('h1', { eth0: ['lan', '10.0.0.1/24', 'fd00::1/64'] });
    const standings = new Map<string, AddressStanding>();
    const interfaces = h1.host.interfaces.bind(h1.host);
    h1.host.interfaces = () =>
      interfaces().map((on) => ({
        ...on,
        addresses: on.addresses.map((own) => ({ ...own, standing: standings.get(own.address) })),
      }));
    await h1.node.start();
    const h2 = await world.start('h2', '10.0.0.2/24', 'fd00::2/64');
    publish(h1, 'a');
    const browsed = browse(h2);
    const found = () => browsed.instances().map(({ addresses }) => addresses.map(({ address }) => address));
    await world.run(5 * SECOND_MS);
    expect(found()).toEqual([['10.0.0.1', 'fd00::1']]);
    standings.set('fd00::1', 'deprecated').set('fd00::99', 'temporary');
    await world.run(POLL_MS + 2 * SECOND_MS);
    expect(found()).toEqual([['10.0.0.1']]);
    expect(browsed.events.map(({ kind }) => kind)).toEqual(['added', 'updated']);
    const said = h1.events.length;
    h1.host.readdress('eth0', ['10.0.0.1/24', 'fd00::1/64', 'fd00::99/64']);
    await world.run(POLL_MS + 2 * SECOND_MS);
    expect(h1.events.slice(said)).toEqual([]);
    expect(browsed.events).toHaveLength(2);
  });

  it('uses an interface that appears', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const h2 = world.add('h2', { eth0: ['elsewhere', '10.9.0.2/24'] });
    await h2.node.start();
    publish(h1, 'a');
    const browsed = browse(h2);
    await world.run(5 * SECOND_MS);
    h2.host.connect('wlan0', 'lan', ['10.0.0.2/24']);
    await world.run(POLL_MS + SECOND_MS);
    expect(browsed.instances()).toHaveLength(1);
  });

  it('uses the interfaces on that it knew while they cannot be seen, says so once, and sees what came meanwhile', async () => {
    const world = new NodeWorld();
    const h1 = world.add('h1', { eth0: ['lan', '10.0.0.1/24'] });
    const looking = h1.host.interfaces.bind(h1.host);
    await h1.node.start();
    let before = looking();
    const see = (error: Error | undefined): void => {
      Object.assign(h1.host, { blindness: () => error, interfaces: () => (error === undefined ? looking() : before) });
    };
    for (const time of [1, 2]) {
      before = looking();
      see(new Error('no file descriptor left'));
      h1.host.connect(`wlan${time}`, 'lan', [`10.0.0.${time + 1}/24`]);
      await world.run(10 * SECOND_MS);
      expect(h1.events.filter(({ kind }) => kind === 'interfaces-unseen')).toHaveLength(time);
      expect(h1.events.filter(({ kind }) => kind === 'interface-down')).toEqual([]);
      expect(h1.host.openLinks).toBe(time);
      see(undefined);
      await world.run(POLL_MS);
      expect(h1.host.openLinks).toBe(time + 1);
    }
  });

  it('carries on with one family when the other is refused, tells it once and tries again', async () => {
    const world = new NodeWorld();
    const h1 = world.add('h1', { eth0: ['lan', '10.0.0.1/24', 'fe80::1/64'] });
    h1.host.refuseLinks('eth0', 'IPv6');
    await h1.node.start();
    await world.run(10 * SECOND_MS);
    expect(h1.events.filter(({ kind }) => kind === 'link-failed')).toHaveLength(1);
    expect(h1.host.openLinks).toBe(1);
    h1.host.allowLinks('eth0', 'IPv6');
    await world.run(POLL_MS);
    expect(h1.host.openLinks).toBe(2);
  });

  it('reopens a link that failed', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const h2 = await world.start('h2', '10.0.0.2/24');
    publish(h1, 'a');
    const browsed = browse(h2);
    await world.run(5 * SECOND_MS);
    h1.host.failLinks('eth0', new Error('ENETDOWN'));
    expect(h1.host.openLinks).toBe(0);
    await world.run(SECOND_MS);
    expect(h1.host.openLinks).toBe(1);
    await world.run(300 * SECOND_MS);
    expect(browsed.instances()).toHaveLength(1);
    expect(browsed.events).toHaveLength(1);
  });

  it('does not start when every link is refused, says why, and can be started later', async () => {
    const world = new NodeWorld();
    const h1 = world.add('h1', { eth0: ['lan', '10.0.0.1/24'] });
    h1.host.refuseLinks('eth0', 'IPv4');
    await expect(h1.node.start()).rejects.toMatchObject({ code: 'port-in-use' });
    await world.run(60 * SECOND_MS);
    expect(world.sent).toEqual([]);
    h1.host.allowLinks('eth0', 'IPv4');
    await h1.node.start();
    expect(h1.host.openLinks).toBe(1);
  });

  it('does not start without an interface', async () => {
    const world = new NodeWorld();
    const h1 = world.add('h1', {});
    await expect(h1.node.start()).rejects.toMatchObject({ code: 'no-interface' });
  });

  it('announces nothing that can not be sent, says so once, and is found as soon as it can', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.99.0.1/24', 'fe80::1/64');
    const h2 = await world.start('h2', '10.99.0.2/24', 'fe80::2/64');
    const { instances } = browse(h2);
    await world.run(60 * SECOND_MS);
    h1.host.refuseSends(Object.assign(new Error('send EHOSTUNREACH'), { code: 'EHOSTUNREACH' }));
    const published = publish(h1, 'a');
    await world.run(600 * SECOND_MS);
    expect(published.events.map(({ kind }) => kind)).not.toContain('announced');
    expect(h1.events.slice(1)).toEqual([{ kind: 'send-refused', interfaceName: 'eth0', code: 'EHOSTUNREACH' }]);
    h1.host.refuseSends(undefined);
    await world.run(2 * SECOND_MS);
    expect(published.events.map(({ kind }) => kind)).toContain('announced');
    expect(h1.events.at(-1)).toMatchObject({ kind: 'interface-up', interfaceName: 'eth0' });
    expect(instances().map(({ name }) => name)).toEqual(['a']);
  });

  it('goes on after one packet that was refused', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.99.0.1/24', 'fe80::1/64');
    const published = publish(h1, 'a');
    await world.run(100);
    h1.host.refuseSends(new Error('a moment'));
    await world.run(150);
    h1.host.refuseSends(undefined);
    await world.run(2 * SECOND_MS);
    expect(published.events.map(({ kind }) => kind)).toContain('announced');
    expect(h1.events.map(({ kind }) => kind)).not.toContain('send-refused');
  });

  it('waits for an interface where it may', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.99.0.1/24');
    publish(h1, 'a');
    const h2 = world.add('h2', {}, { mayWait: true });
    await h2.node.start();
    const { instances } = browse(h2);
    await world.run(5 * SECOND_MS);
    expect(instances()).toEqual([]);
    h2.host.connect('eth0', 'lan', ['10.99.0.2/24']);
    await world.run(5 * SECOND_MS);
    expect(instances().map(({ name }) => name)).toEqual(['a']);
  });

  it('gives link-local addresses the zone that the OS wants', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', 'fe80::1/64');
    const h2 = world.add('h2', { 'Wi-Fi': ['lan', 'fe80::2/64'] });
    const interfaces = h2.host.interfaces.bind(h2.host);
    h2.host.interfaces = () => interfaces().map((on) => ({ ...on, zone: '17' }));
    await h2.node.start();
    publish(h1, 'a');
    const browsed = browse(h2);
    await world.run(5 * SECOND_MS);
    expect(browsed.instances()[0]?.addresses[0]).toMatchObject({ address: 'fe80::1%17', interfaceName: 'Wi-Fi' });
  });

  it('opens no IPv6 link on loopback, where the group does not come back', async () => {
    const world = new NodeWorld();
    const h1 = world.add('h1', { lo: ['lo', '127.0.0.1/8', '::1/128'] });
    await h1.node.start();
    expect(h1.host.openLinks).toBe(1);
  });
});

describe('sleep', () => {
  it('after a sleep everything is announced and asked for again, and the dead are found out', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const h2 = await world.start('h2', '10.0.0.2/24');
    const dead = await world.start('dead', '10.0.0.3/24');
    publish(h1, 'a');
    publish(dead, 'b');
    publish(h2, 'c');
    const browsed = browse(h2);
    await world.run(10 * SECOND_MS);
    expect(browsed.instances()).toHaveLength(3);
    dead.host.disconnect('eth0');
    const slept = world.clock.now();
    world.clock.sleepThrough(3_600 * SECOND_MS);
    await world.run(POLL_MS + 12 * SECOND_MS);
    expect(
      browsed
        .instances()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['a', 'c']);
    const probes = world.messagesOf(h2, slept).filter(({ authorities }) => authorities.length > 0);
    expect(probes.length).toBeGreaterThanOrEqual(3);
    expect(browsed.events.filter(({ kind }) => kind === 'removed')).toHaveLength(1);
  });

  it('a small step of the wall clock is no sleep', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    publish(h1, 'a');
    await world.run(60 * SECOND_MS);
    const before = world.sent.length;
    world.clock.sleepThrough(4 * SECOND_MS);
    world.clock.sleepThrough(-3_600 * SECOND_MS);
    await world.run(10 * SECOND_MS);
    expect(world.sent.length).toBe(before);
  });
});

describe('verify', () => {
  it('takes away within ten seconds an instance whose host is gone, and leaves one that answers', async () => {
    const world = new NodeWorld();
    const h1 = world.add('h1', { eth0: ['left', '10.0.0.1/24'] });
    const gone = world.add('gone', { eth0: ['right', '10.1.0.1/24'] });
    const h2 = world.add('h2', { eth0: ['left', '10.0.0.2/24'], eth1: ['right', '10.1.0.2/24'] });
    for (const { node } of [h1, gone, h2]) await node.start();
    publish(h1, 'a');
    publish(gone, 'b');
    const browsed = browse(h2);
    await world.run(10 * SECOND_MS);
    gone.host.disconnect('eth0');
    h2.node.verify(TYPE, 'a');
    h2.node.verify(TYPE, 'b');
    await world.run(10 * SECOND_MS);
    expect(browsed.events.at(-1)).toMatchObject({ kind: 'removed', lost: 'unreachable', instance: { name: 'b' } });
    expect(browsed.instances().map(({ name }) => name)).toEqual(['a']);
  });
});

describe('close', () => {
  it('says goodbye, is idempotent, and leaves no timer and no link', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const h2 = await world.start('h2', '10.0.0.2/24');
    const service = publish(h1, 'a');
    const browsed = browse(h2);
    await world.run(5 * SECOND_MS);
    const closing = h1.node.close();
    expect(h1.node.close()).toBe(closing);
    await closing;
    expect(h1.host.openLinks).toBe(0);
    expect(service.publication.state).toEqual({ kind: 'closed' });
    await world.run(2 * GRACE_MS);
    expect(browsed.events.at(-1)).toMatchObject({ kind: 'removed', lost: 'goodbye' });
    await world.close(h2);
    await world.run(10);
    expect(world.clock.pendingTimers).toBe(0);
  });

  it('says goodbye for the host only with the last service', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const [a, b] = [publish(h1, 'a'), publish(h1, 'b')];
    await world.run(5 * SECOND_MS);
    await a.publication.close();
    await world.run(10);
    expect(listGoodbyes(world.messagesOf(h1))).not.toContain('h1-aaaa.local A');
    await b.publication.close();
    await world.run(10);
    expect(listGoodbyes(world.messagesOf(h1))).toContain('h1-aaaa.local A');
  });

  it('calls no listener after it has resolved', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const h2 = await world.start('h2', '10.0.0.2/24');
    publish(h1, 'a');
    const browsed = browse(h2);
    const closed = h2.node.close();
    await closed;
    await world.run(10 * SECOND_MS);
    expect(browsed.events).toEqual([]);
  });

  it('may come before start has finished, or without it', async () => {
    const world = new NodeWorld();
    const h1 = world.add('h1', { eth0: ['lan', '10.0.0.1/24'] });
    const starting = h1.node.start();
    await h1.node.close();
    await starting;
    expect(h1.host.openLinks).toBe(0);
    const h2 = world.add('h2', { eth0: ['lan', '10.0.0.2/24'] });
    await h2.node.close();
    await world.run(10 * SECOND_MS);
    expect(world.sent).toEqual([]);
    expect(world.clock.pendingTimers).toBe(0);
  });

  it('refuses what comes after it', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    await h1.node.close();
    expect(() => publish(h1, 'a')).toThrow(expect.objectContaining({ code: 'closed' }));
    expect(() => browse(h1)).toThrow(expect.objectContaining({ code: 'closed' }));
    await expect(h1.node.start()).resolves.toBeUndefined();
  });
});

describe('load and hostility', () => {
  it('a node that only browses says nothing but its questions', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    browse(h1);
    await world.run(60 * SECOND_MS);
    const messages = world.messagesOf(h1);
    expect(messages.length).toBeGreaterThan(0);
    expect(messages.filter(({ kind, authorities }) => kind === 'response' || authorities.length > 0)).toEqual([]);
  });

  it('drops and counts what is no message and what exceeds 250 packets of one address', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const source = { address: '10.0.0.66', port: 5353 };
    for (let index = 0; index < 1_500; index++) world.network.inject('lan', 'IPv4', source, new Uint8Array([1, 2, 3]));
    await world.run(10);
    expect(h1.node.counters).toMatchObject({ received: 1_500, undecodable: 250, rateLimited: 1_250 });
    await world.run(SECOND_MS);
    world.network.inject('lan', 'IPv4', source, new Uint8Array([1, 2, 3]));
    await world.run(10);
    expect(h1.node.counters).toMatchObject({ undecodable: 251, rateLimited: 1_250 });
  });

  it('hears one host while another sends without end', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const browsed = browse(h1);
    const h2 = await world.start('h2', '10.0.0.2/24');
    publish(h2, 'genuine');
    const source = { address: '10.0.0.66', port: 5353 };
    for (let index = 0; index < 1_000; index++) {
      for (let each = 0; each < 5; each++) world.network.inject('lan', 'IPv4', source, new Uint8Array([1, 2, 3]));
      await world.run(1);
    }
    await world.run(2 * SECOND_MS);
    expect(browsed.instances().map(({ name }) => name)).toEqual(['genuine']);
  });

  it('takes no response from another port than 5353, and counts it (RFC 6762 6)', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const browsed = browse(h1);
    const h2 = await world.start('h2', '10.0.0.2/24');
    publish(h2, 'redis');
    await world.run(5 * SECOND_MS);
    const announcement = world.sent.find(
      ({ bytes, host }) => host === 'h2' && decodeMessage(bytes)?.message.kind === 'response',
    );
    const goodbye = Uint8Array.from(announcement?.bytes ?? []);
    world.network.inject('lan', 'IPv4', { address: '10.0.0.66', port: 40_000 }, goodbye);
    await world.run(SECOND_MS);
    expect(h1.node.counters).toMatchObject({ otherPort: 1, offLink: 0 });
    expect(browsed.instances()).toHaveLength(1);
  });

  it('tells 1,024 service types, however many are invented (RFC 6763 9)', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const types: string[] = [];
    h1.node.browseTypes((type) => types.push(type));
    const enumeration = rawName('_services', '_dns-sd', '_udp', 'local');
    for (let number = 0; number < 1_500; number++) {
      const target = rawName(`_t${number}`, '_tcp', 'local');
      const bytes = rawPacket({ flags: FLAGS.response, answers: [rawRecord(enumeration, TYPES.PTR, target)] });
      world.network.inject('lan', 'IPv4', { address: `10.0.0.${100 + (number % 10)}`, port: 5353 }, bytes);
      if (number % 100 === 0) await world.run(SECOND_MS);
    }
    await world.run(SECOND_MS);
    expect(types).toHaveLength(1_024);
  });

  it('counts the records that found no room, and tells of them once', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    browse(h1);
    for (const packets of Object.values(HOSTILE_PACKETS)) {
      for (const bytes of packets) world.network.inject('lan', 'IPv4', { address: '10.0.0.66', port: 5353 }, bytes);
    }
    await world.run(SECOND_MS);
    expect(h1.node.counters.recordsRefused).toBeGreaterThan(100);
    const { recordsRefused } = h1.node.counters;
    const told = { kind: 'records-refused', interfaceName: 'eth0' };
    expect(h1.events.filter(({ kind }) => kind === 'records-refused')).toEqual([told]);
    h1.host.disconnect('eth0');
    await world.run(5 * SECOND_MS);
    expect(h1.node.counters.recordsRefused).toBe(recordsRefused);
  });

  it('publishes sixty services and stops them one by one', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const h2 = await world.start('h2', '10.0.0.2/24');
    const services = Array.from({ length: 60 }, (_, index) => publish(h1, `service ${index}`));
    const browsed = browse(h2);
    await world.run(5 * SECOND_MS);
    expect(browsed.instances()).toHaveLength(60);
    for (const [index, { publication }] of services.entries()) {
      await publication.close();
      await world.run(GRACE_MS + 100);
      expect(browsed.instances()).toHaveLength(59 - index);
    }
  });
});
