import { describe, expect, it } from 'vitest';
import type { PublicationEvent } from '../src/publication.ts';
import type { Message } from '../src/wire/message.ts';
import { formatName } from '../src/wire/name.ts';
import { listGoodbyes, NodeWorld, publish, type Station } from './node-world.ts';

const SECOND_MS = 1_000;
const WEB = { type: '_http._tcp', port: 3000, alias: 'web' };

/** What a host says of `web.local` and the like in its responses: `web.local 10.0.0.1`, each once. */
function listAliases(messages: readonly Message[]): readonly string[] {
  const records = messages
    .filter(({ kind }) => kind === 'response')
    .flatMap(({ answers, additionals }) => [...answers, ...additionals])
    .flatMap(({ name, ttl, data }) =>
      (data.type === 'A' || data.type === 'AAAA') && ttl > 0 && !formatName(name).includes('-aaaa')
        ? [`${formatName(name)} ${data.address}`]
        : [],
    );
  return [...new Set(records)].toSorted();
}

/** `web.local` of each probe that a host sent. */
function listProbes(messages: readonly Message[]): readonly string[] {
  return messages
    .filter(({ kind, authorities }) => kind === 'query' && authorities.length > 0)
    .flatMap(({ questions }) => questions.map(({ name }) => formatName(name)))
    .filter((name) => name.startsWith('web'));
}

function aliasEvents(events: readonly PublicationEvent[]): readonly string[] {
  return events.flatMap((event) => {
    switch (event.kind) {
      case 'alias-announced':
        return [`announced ${event.alias} on ${event.interfaces.join(' ')}`];
      case 'alias-renamed':
        return [`renamed ${event.from} ${event.to}`];
      case 'alias-lost':
        return [`lost ${event.alias}`];
      default:
        return [];
    }
  });
}

function startTwoLinks(world: NodeWorld): Station {
  return world.add('h1', { eth0: ['lan', '10.0.0.1/24', 'fe80::1/64'], eth1: ['lab', '10.1.0.1/24'] });
}

describe('an alias', () => {
  it('is probed for beside the service, announced with it, and told once both are', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24', 'fe80::1/64');
    const { publication, events } = publish(h1, 'shop', WEB);
    await world.run(5 * SECOND_MS);
    expect(listProbes(world.messagesOf(h1))).toEqual(['web.local', 'web.local', 'web.local']);
    expect(listAliases(world.messagesOf(h1))).toEqual(['web.local 10.0.0.1', 'web.local fe80::1']);
    expect(events.map(({ kind }) => kind)).toEqual(['announced', 'alias-announced']);
    expect(publication.alias).toBe('web.local');
    expect(publication.host).toBe('h1-aaaa.local');
  });

  it('says nothing while the link is quiet', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    publish(h1, 'shop', WEB);
    await world.run(10 * SECOND_MS);
    const settledAt = world.clock.now();
    await world.run(3_600 * SECOND_MS);
    expect(world.messagesOf(h1, settledAt)).toEqual([]);
  });

  it('comes, goes and ends with its service, with goodbyes', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const { publication, events } = publish(h1, 'shop', WEB);
    publication.withdraw();
    await world.run(5 * SECOND_MS);
    expect(listAliases(world.messagesOf(h1))).toEqual([]);
    publication.announce();
    await world.run(10);
    expect(listAliases(world.messagesOf(h1))).toEqual(['web.local 10.0.0.1']);
    await world.run(5 * SECOND_MS);
    const withdrawnAt = world.clock.now();
    publication.withdraw();
    await world.run(5 * SECOND_MS);
    expect(listGoodbyes(world.messagesOf(h1, withdrawnAt))).toContain('web.local A');
    publication.announce();
    await world.run(5 * SECOND_MS);
    const closedAt = world.clock.now();
    await publication.close();
    await world.run(5 * SECOND_MS);
    const last = world.messagesOf(h1, closedAt);
    expect(listGoodbyes(last)).toContain('web.local A');
    expect(listAliases(last)).toEqual([]);
    expect(aliasEvents(events)).toEqual(['announced web.local on eth0', 'announced web.local on eth0']);
  });

  it('has on each link the addresses of that link, and comes back with a cable', async () => {
    const world = new NodeWorld();
    const h1 = startTwoLinks(world);
    await h1.node.start();
    publish(h1, 'shop', WEB);
    await world.run(5 * SECOND_MS);
    const on = (segment: string, from = 0): readonly string[] => {
      const packets = world.sent.filter((packet) => packet.segment === segment && packet.at >= from);
      const scratch = new NodeWorld();
      scratch.sent.push(...packets);
      return listAliases(scratch.messagesOf(h1));
    };
    expect(on('lan')).toEqual(['web.local 10.0.0.1', 'web.local fe80::1']);
    expect(on('lab')).toEqual(['web.local 10.1.0.1']);
    h1.host.disconnect('eth1');
    await world.run(5 * SECOND_MS);
    h1.host.connect('eth1', 'lab', ['10.1.0.7/24']);
    const backAt = world.clock.now();
    await world.run(5 * SECOND_MS);
    expect(on('lab', backAt)).toEqual(['web.local 10.1.0.7']);
  });

  it('is told again where it has other addresses', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const { events } = publish(h1, 'shop', WEB);
    await world.run(5 * SECOND_MS);
    h1.host.readdress('eth0', ['10.0.0.7/24']);
    await world.run(5 * SECOND_MS);
    h1.host.disconnect('eth0');
    h1.host.connect('eth1', 'lan', ['10.0.0.8/24']);
    await world.run(5 * SECOND_MS);
    expect(aliasEvents(events)).toEqual([
      'announced web.local on eth0',
      'announced web.local on eth0',
      'announced web.local on eth1',
    ]);
  });

  it('is only where its service is, and only in the family in which that is reached', async () => {
    const world = new NodeWorld();
    const h1 = startTwoLinks(world);
    await h1.node.start();
    publish(h1, 'shop', { ...WEB, interfaces: ['eth0'], family: 'IPv6' });
    await world.run(5 * SECOND_MS);
    expect(listAliases(world.messagesOf(h1))).toEqual(['web.local fe80::1']);
  });

  it('of another machine stays there: the second is web-2, and says so', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const first = publish(h1, 'shop on h1', WEB);
    await world.run(5 * SECOND_MS);
    const h2 = await world.start('h2', '10.0.0.2/24');
    const second = publish(h2, 'shop on h2', WEB);
    await world.run(5 * SECOND_MS);
    expect(aliasEvents(first.events)).toEqual(['announced web.local on eth0']);
    expect(aliasEvents(second.events)).toEqual(['renamed web.local web-2.local', 'announced web-2.local on eth0']);
    expect(listAliases(world.messagesOf(h2))).toEqual(['web-2.local 10.0.0.2']);
    expect(second.publication.host).toBe('h2-aaaa.local');
  });

  it('that two machines want at once is had by one of them', async () => {
    const world = new NodeWorld();
    const stations = [await world.start('h1', '10.0.0.1/24'), await world.start('h2', '10.0.0.2/24')];
    const published = stations.map((station, index) => publish(station, `shop ${index}`, WEB));
    await world.run(10 * SECOND_MS);
    expect(published.map(({ publication }) => publication.alias).toSorted()).toEqual(['web-2.local', 'web.local']);
  });

  it('is given up where somebody answers to every name, and the service goes on', async () => {
    const world = new NodeWorld();
    for (const [index, alias] of ['web', 'web-2', 'web-3', 'web-4'].entries()) {
      const other = await world.start(`o${index}`, `10.0.0.${index + 10}/24`);
      publish(other, `other ${index}`, { ...WEB, alias });
    }
    await world.run(5 * SECOND_MS);
    const h1 = await world.start('h1', '10.0.0.1/24');
    const { publication, events } = publish(h1, 'shop', WEB);
    await world.run(20 * SECOND_MS);
    expect(aliasEvents(events)).toEqual([
      'renamed web.local web-2.local',
      'renamed web-2.local web-3.local',
      'renamed web-3.local web-4.local',
      'lost web-4.local',
    ]);
    expect(publication.alias).toBeUndefined();
    expect(publication.state.kind).toBe('announced');
    expect(listAliases(world.messagesOf(h1))).toEqual([]);
  });

  it('is shared by the services of one node, and stays while one of them has it', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    const one = publish(h1, 'one', WEB);
    await world.run(5 * SECOND_MS);
    const two = publish(h1, 'two', { ...WEB, port: 3001 });
    await world.run(5 * SECOND_MS);
    expect(aliasEvents(two.events)).toEqual(['announced web.local on eth0']);
    const closedAt = world.clock.now();
    await one.publication.close();
    await world.run(5 * SECOND_MS);
    expect(listGoodbyes(world.messagesOf(h1, closedAt))).not.toContain('web.local A');
    await two.publication.close();
    await world.run(5 * SECOND_MS);
    expect(listGoodbyes(world.messagesOf(h1, closedAt))).toContain('web.local A');
  });

  it('of another process of the same machine is no conflict', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    publish(h1, 'one', WEB);
    await world.run(5 * SECOND_MS);
    const node = world.createNode('h1b', h1.host, []);
    await node.start();
    const events: PublicationEvent[] = [];
    node.publish({ ...WEB, name: 'two' }, (event) => events.push(event));
    await world.run(5 * SECOND_MS);
    expect(aliasEvents(events)).toEqual(['announced web.local on eth0']);
  });

  it('is probed for anew where the cable comes back with another address', async () => {
    const world = new NodeWorld();
    const h1 = await world.start('h1', '10.0.0.1/24');
    publish(h1, 'shop', WEB);
    await world.run(5 * SECOND_MS);
    const backAt = world.clock.now();
    h1.host.disconnect('eth0');
    await world.run(3 * SECOND_MS);
    h1.host.connect('eth0', 'lan', ['10.0.0.9/24']);
    await world.run(5 * SECOND_MS);
    expect(listProbes(world.messagesOf(h1, backAt))).toHaveLength(3);
    expect(listAliases(world.messagesOf(h1, backAt))).toEqual(['web.local 10.0.0.9']);
  });
});
