import { expect, it } from 'vitest';
import { decodeMessage } from '../src/wire/decode.ts';
import { formatName } from '../src/wire/name.ts';
import { browse, NodeWorld, publish } from './node-world.ts';

const SECOND_MS = 1_000;

/** The address records that were multicast, as `NAME TYPE`, each once. */
function listAddressRecords({ sent }: NodeWorld): readonly string[] {
  const records = sent
    .flatMap(({ bytes }) => decodeMessage(bytes)?.message ?? [])
    .filter(({ kind }) => kind === 'response')
    .flatMap(({ answers, additionals }) => [...answers, ...additionals])
    .filter(({ data }) => data.type === 'A' || data.type === 'AAAA');
  return [...new Set(records.map(({ name, data }) => `${formatName(name)} ${data.type}`))].toSorted();
}

it('tells of a service that is reached in one family no address of the other, beside one that is reached in both', async () => {
  const world = new NodeWorld();
  const h1 = await world.start('h1', '10.0.0.1/24', 'fe80::1/64');
  const h2 = await world.start('h2', '10.0.0.2/24', 'fe80::2/64');
  const browsed = browse(h2);
  const { publication } = publish(h1, 'six', { family: 'IPv6' });
  publish(h1, 'four', { family: 'IPv4' });
  publish(h1, 'both');
  await world.run(2 * SECOND_MS);
  const found = browsed
    .instances()
    .map(({ name, host, addresses }) => [name, host, addresses.map((one) => one.address)]);
  expect(found.toSorted()).toEqual([
    ['both', 'h1-aaaa.local', ['10.0.0.1', 'fe80::1%eth0']],
    ['four', 'h1-aaaa-v4.local', ['10.0.0.1']],
    ['six', 'h1-aaaa-v6.local', ['fe80::1%eth0']],
  ]);
  expect(publication.host).toBe('h1-aaaa-v6.local');
  expect(listAddressRecords(world)).toEqual([
    'h1-aaaa-v4.local A',
    'h1-aaaa-v6.local AAAA',
    'h1-aaaa.local A',
    'h1-aaaa.local AAAA',
  ]);
});

it('claims no name of the host that no service has, and gives it up with the last one', async () => {
  const world = new NodeWorld();
  const h1 = await world.start('h1', '10.0.0.1/24', 'fe80::1/64');
  const { publication } = publish(h1, 'six', { family: 'IPv6' });
  await world.run(2 * SECOND_MS);
  expect(listAddressRecords(world)).toEqual(['h1-aaaa-v6.local AAAA']);
  const closedAt = world.clock.now();
  await publication.close();
  await world.run(2 * SECOND_MS);
  const goodbyes = world
    .messagesOf(h1, closedAt)
    .flatMap(({ answers }) => answers)
    .filter(({ ttl, data }) => ttl === 0 && data.type === 'AAAA');
  expect(new Set(goodbyes.map(({ name }) => formatName(name)))).toEqual(new Set(['h1-aaaa-v6.local']));
});

it('does not announce it where the interface has no address of its family, until there is one', async () => {
  const world = new NodeWorld();
  const h1 = await world.start('h1', '10.0.0.1/24');
  const { publication } = publish(h1, 'six', { family: 'IPv6' });
  await world.run(10 * SECOND_MS);
  expect(publication.state).toEqual({ kind: 'probing' });
  expect(listAddressRecords(world)).toEqual([]);
  h1.host.readdress('eth0', ['10.0.0.1/24', 'fe80::1/64']);
  await world.run(10 * SECOND_MS);
  expect(publication.state).toEqual({ kind: 'announced', interfaces: ['eth0'] });
});

it('renames the host of one family alone when somebody else has that name', async () => {
  const world = new NodeWorld();
  const one = world.add('same', { eth0: ['lan', '10.0.0.1/24', 'fe80::1/64'] });
  const two = world.add('same', { eth0: ['lan', '10.0.0.2/24', 'fe80::2/64'] });
  await one.node.start();
  await two.node.start();
  publish(one, 'a', { family: 'IPv6' });
  await world.run(5 * SECOND_MS);
  const six = publish(two, 'six', { family: 'IPv6' }).publication;
  const both = publish(two, 'both').publication;
  await world.run(10 * SECOND_MS);
  expect(both.host).toBe('same-aaaa.local');
  expect(six.host).toMatch(/^same-aaaa-v6-[a-z2-7]{4}\.local$/);
  const browsed = browse(one);
  await world.run(5 * SECOND_MS);
  const found = browsed.instances().map(({ name, addresses }) => [name, addresses.map(({ address }) => address)]);
  expect(found.toSorted()).toEqual([
    ['a', ['fe80::1%eth0']],
    ['both', ['10.0.0.2', 'fe80::2%eth0']],
    ['six', ['fe80::2%eth0']],
  ]);
});
