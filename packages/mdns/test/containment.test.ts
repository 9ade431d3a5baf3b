import { seededRandom, Uncaught } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { createMdnsNode } from '../src/create-mdns-node.ts';
import type { Network } from '../src/network.ts';
import type { MdnsNode, MdnsNodeOptions } from '../src/node.ts';
import { decodeMessage } from '../src/wire/decode.ts';
import { NodeWorld, publish, TYPE } from './node-world.ts';

const SECOND_MS = 1_000;
const BROKEN = new Error('broken');

/** A node that browses, on the LAN of a world in which h1 publishes. */
async function browseWith(
  options: Partial<MdnsNodeOptions>,
  onAdded: (name: string) => void,
): Promise<{ readonly world: NodeWorld; readonly node: MdnsNode }> {
  const world = new NodeWorld();
  const h1 = await world.start('h1', '10.0.0.1/24');
  const { host } = world.add('h2', { eth0: ['lan', '10.0.0.2/24'] });
  const node = createMdnsNode({
    network: host,
    clock: world.clock,
    random: seededRandom(7),
    hostLabel: 'h2-aaaa',
    ...options,
  });
  await node.start();
  node.browse({ type: TYPE }, (event) => onAdded(event.instance.name));
  publish(h1, 'one');
  await world.run(3 * SECOND_MS);
  publish(h1, 'two');
  await world.run(3 * SECOND_MS);
  return { world, node };
}

test('a listener that throws hears on, and so do the others', async () => {
  using uncaught = new Uncaught();
  const heard: string[] = [];
  await browseWith({}, (name) => {
    heard.push(name);
    if (name === 'one') throw BROKEN;
  });
  expect(heard).toEqual(['one', 'two']);
  expect(uncaught.errors).toEqual([BROKEN]);
});

test('a packet on which decoding throws is dropped and counted, and the next is heard', async () => {
  using uncaught = new Uncaught();
  const heard: string[] = [];
  let packets = 0;
  const decode: MdnsNodeOptions['decode'] = (bytes) => {
    packets += 1;
    if (packets === 1) throw BROKEN;
    return decodeMessage(bytes);
  };
  const { node } = await browseWith({ decode }, (name) => heard.push(name));
  expect(heard).toEqual(['one', 'two']);
  expect(node.counters.undecodable).toBe(1);
  expect(uncaught.errors).toEqual([BROKEN]);
});

test('a packet on which a machine throws is heard by the other machine, and the next by both', async () => {
  using uncaught = new Uncaught();
  const heard: string[] = [];
  let packets = 0;
  const decode: MdnsNodeOptions['decode'] = (bytes) => {
    packets += 1;
    const decoded = decodeMessage(bytes);
    if (packets > 1 || decoded === undefined) return decoded;
    const message = new Proxy(decoded.message, {
      get: () => {
        throw BROKEN;
      },
    });
    return { ...decoded, message };
  };
  await browseWith({ decode }, (name) => heard.push(name));
  expect(heard).toEqual(['one', 'two']);
  expect(uncaught.errors[0]).toBe(BROKEN);
});

test('a machine whose turn fails rests for a second, and goes on', async () => {
  using uncaught = new Uncaught();
  const world = new NodeWorld();
  const h1 = await world.start('h1', '10.0.0.1/24');
  const { host } = world.add('h2', { eth0: ['lan', '10.0.0.2/24'] });
  let isBroken = true;
  const network: Network = {
    interfaces: () => host.interfaces(),
    openLink: async (...args) => {
      const link = await host.openLink(...args);
      const send = link.send.bind(link);
      link.send = (...packet) => {
        if (isBroken) throw BROKEN;
        send(...packet);
      };
      return link;
    },
  };
  const node = createMdnsNode({ network, clock: world.clock, random: seededRandom(7), hostLabel: 'h2-aaaa' });
  await node.start();
  const heard: string[] = [];
  node.browse({ type: TYPE }, (event) => heard.push(event.instance.name));
  await world.run(10 * SECOND_MS);
  expect(uncaught.errors.length).toBeGreaterThan(0);
  expect(uncaught.errors.length).toBeLessThan(20);
  isBroken = false;
  publish(h1, 'one');
  await world.run(5 * SECOND_MS);
  expect(heard).toEqual(['one']);
});
