import type { BrowseEvent, MdnsNode } from '@mdns-ambassador/mdns';
import { joinPeers, PeerNode } from '@mdns-ambassador/peers';
import { MemoryPeers, SimulatedLan, seededRandom } from '@mdns-ambassador/testkit';
import { expect, it } from 'vitest';

const TYPE = '_redis._tcp';
const SECOND_MS = 1_000;
const HOSTS = 6;

interface Joined {
  readonly network: MemoryPeers;
  readonly nodes: readonly MdnsNode[];
  /** What each was told, in order. */
  readonly told: readonly BrowseEvent[][];
}

/** Hosts with mDNS and peer links: each names the one before it, unless some are `inMesh`, whom nobody names. */
async function join(lan: SimulatedLan, inMesh: readonly number[] = []): Promise<Joined> {
  const network = new MemoryPeers(lan.clock);
  // In the place of TLS, which turns away who has no key.
  const members = inMesh.map((index) => lan.hosts[index]?.name ?? '');
  network.reaches = (from, to) => members.includes(from) === members.includes(to);
  const addressOf = (index: number): string => `10.0.0.${index + 1}`;
  const told: BrowseEvent[][] = lan.hosts.map(() => []);
  const nodes = lan.hosts.map(({ name, node }, index) => {
    const host = network.addHost(name, [addressOf(index)]);
    const peers = new PeerNode({
      node: (index + 1).toString(16).padStart(16, '0'),
      version: '0.1.0',
      clock: lan.clock,
      random: seededRandom(index),
      transport: host.createTransport(),
      named: index === 0 || inMesh.length > 0 ? [] : [{ host: addressOf(index - 1), port: 5350 }],
      remembered: [],
      port: 5350,
      isMesh: inMesh.includes(index),
      addresses: () => [addressOf(index)],
      judge: {
        isOwn: (address) => address === addressOf(index),
        noteNamed: () => undefined,
        mayLink: () => true,
        mayDial: () => true,
        isUsable: () => true,
      },
    });
    return joinPeers({ mdns: node, peers, clock: lan.clock });
  });
  for (const [index, node] of nodes.entries()) {
    await node.start();
    const txt = new Map(inMesh.includes(index) ? [['mesh', Buffer.from('0123456789abcdef')]] : []);
    node.publish({ name: `redis on h${index + 1}`, type: TYPE, port: 6379, txt });
    node.browse({ type: TYPE }, (event) => told[index]?.push(event));
  }
  return { network, nodes, told };
}

/** What the events add up to, with who tells of each. */
function fold(events: readonly BrowseEvent[]): ReadonlyMap<string, string> {
  const seen = new Map<string, string>();
  for (const { kind, instance } of events) {
    const id = `${instance.name}${instance.link ?? ''}`;
    if (kind === 'removed') seen.delete(id);
    else seen.set(id, instance.source ?? 'mdns');
  }
  return seen;
}

it('where multicast works for some and not for others, everybody sees everybody once, and nothing comes and goes', async () => {
  await using lan = await SimulatedLan.create({ hosts: HOSTS, seed: 1 });
  const [left, right] = [lan.hosts.slice(0, 3), lan.hosts.slice(3)];
  lan.partition(left, right);
  const { nodes, told } = await join(lan);
  await lan.run(10 * SECOND_MS);
  const expectAll = (): void => {
    for (const events of told) expect([...fold(events).keys()].sort()).toHaveLength(HOSTS);
    expect(told.flat().filter(({ kind }) => kind === 'removed')).toEqual([]);
  };
  expectAll();
  expect(fold(told[0] ?? []).get('redis on h2')).toBe('mdns');
  expect(fold(told[0] ?? []).get('redis on h5')).toBe('peer');
  lan.heal();
  await lan.run(200 * SECOND_MS);
  expectAll();
  expect(fold(told[0] ?? []).get('redis on h5')).toBe('mdns');
  // Longer than any record lives: what the link lost goes on by the peers.
  lan.partition(left, right);
  await lan.run(300 * SECOND_MS);
  expectAll();
  expect(fold(told[0] ?? []).get('redis on h5')).toBe('peer');
  await nodes[4]?.close();
  await lan.run(2 * SECOND_MS);
  for (const [index, events] of told.entries()) {
    if (index !== 4) expect([...fold(events).keys()]).not.toContain('redis on h5');
  }
  await Promise.all(nodes.map((node) => node.close()));
});

it('who announces in a mesh is not dialled by who has no key, also when multicast loses it', async () => {
  await using lan = await SimulatedLan.create({ hosts: 3, seed: 2 });
  const { network, nodes, told } = await join(lan, [0]);
  await lan.run(10 * SECOND_MS);
  expect([...fold(told[1] ?? []).keys()].sort()).toEqual(['redis on h1', 'redis on h2', 'redis on h3']);
  lan.partition(lan.hosts.slice(0, 2), lan.hosts.slice(2));
  await lan.run(200 * SECOND_MS);
  expect([...network.dialled.keys()].filter((place) => place.startsWith('10.0.0.1 '))).toEqual([]);
  await Promise.all(nodes.map((node) => node.close()));
});
