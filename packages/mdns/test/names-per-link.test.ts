import { expect, it } from 'vitest';
import type { Instance } from '../src/instance.ts';
import { browse, NodeWorld, publish } from './node-world.ts';

const SECOND_MS = 1_000;

function describeInstance({ host, link, addresses }: Instance): string {
  const places = addresses.map(({ address, interfaceName }) => `${address} on ${interfaceName}`);
  return `${link ?? ''} ${host} ${places.join(', ')}`.trim();
}

it('finds both services of one name on two LANs, and neither moves when the other changes (RFC 6762 14)', async () => {
  const world = new NodeWorld();
  const one = world.add('one', { eth0: ['lan', '10.0.1.1/24'] });
  const two = world.add('two', { eth0: ['other', '10.0.2.1/24'] });
  const between = world.add('between', { eth0: ['lan', '10.0.1.9/24'], eth1: ['other', '10.0.2.9/24'] });
  for (const { node } of [one, two, between]) await node.start();
  const browsed = browse(between);
  const published = [publish(one, 'redis'), publish(two, 'redis', { port: 7000 })];
  await world.run(5 * SECOND_MS);
  const [first, second] = browsed.instances();
  expect(browsed.instances()).toHaveLength(2);
  expect([first?.link, second?.link].filter((link) => link !== undefined)).toHaveLength(1);
  const places = browsed.instances().map(describeInstance);
  expect(places.map((place) => place.replace(/^eth\d /, '')).toSorted()).toEqual([
    'one-aaaa.local 10.0.1.1 on eth0',
    'two-aaaa.local 10.0.2.1 on eth1',
  ]);
  const before = browsed.events.length;
  for (const { publication } of published) {
    publication.update({ txt: new Map([['k', true]]) });
    await world.run(5 * SECOND_MS);
    expect(browsed.instances().map(describeInstance)).toEqual(places);
  }
  expect(browsed.events.slice(before).map(({ kind }) => kind)).toEqual(['updated', 'updated']);
  await published[0]?.publication.close();
  await world.run(5 * SECOND_MS);
  expect(browsed.instances().map(describeInstance)).toEqual([expect.stringContaining('two-aaaa.local')]);
});
