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

interface JoinOptions {
  readonly inMesh?: readonly number[];
  /** Whom the host of an index names, by index; default: the one before it, and nobody where somebody is in a mesh. */
  readonly named?: (index: number) => readonly number[];
  /** As `SimulatedLan` gives them: of each segment that a host is on. */
  readonly addressesOf?: (index: number) => readonly string[];
  /** Whether a host reaches another by TCP. Default: members of the mesh one another, and so do the others. */
  readonly reaches?: (from: number, to: number) => boolean;
}

/** Hosts with mDNS and peer links. */
async function join(lan: SimulatedLan, options: JoinOptions = {}): Promise<Joined> {
  const network = new MemoryPeers(lan.clock);
  const { inMesh = [], addressesOf = (index) => [`10.0.0.${index + 1}`] } = options;
  const { named = (index) => (index === 0 || inMesh.length > 0 ? [] : [index - 1]) } = options;
  // In the place of TLS, which turns away who has no key.
  const { reaches = (from, to) => inMesh.includes(from) === inMesh.includes(to) } = options;
  const indexOf = (name: string): number => lan.hosts.findIndex((host) => host.name === name);
  network.reaches = (from, to) => reaches(indexOf(from), indexOf(to));
  const told: BrowseEvent[][] = lan.hosts.map(() => []);
  const peers = lan.hosts.map(({ name }, index) => {
    const host = network.addHost(name, addressesOf(index));
    return new PeerNode({
      node: (index + 1).toString(16).padStart(16, '0'),
      version: '0.1.0',
      clock: lan.clock,
      random: seededRandom(index),
      transport: host.createTransport(),
      named: named(index).flatMap((other) => addressesOf(other).map((address) => ({ host: address, port: 5350 }))),
      remembered: [],
      port: 5350,
      isMesh: inMesh.includes(index),
      addresses: () => addressesOf(index),
      judge: {
        isOwn: (address) => addressesOf(index).includes(address),
        noteNamed: () => undefined,
        mayLink: () => true,
        mayDial: () => true,
        isUsable: () => true,
      },
    });
  });
  const nodes = lan.hosts.map(({ node }, index) => {
    const own = peers[index];
    return own === undefined ? node : joinPeers({ mdns: node, peers: own, clock: lan.clock });
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
  const { network, nodes, told } = await join(lan, { inMesh: [0] });
  await lan.run(10 * SECOND_MS);
  expect([...fold(told[1] ?? []).keys()].sort()).toEqual(['redis on h1', 'redis on h2', 'redis on h3']);
  lan.partition(lan.hosts.slice(0, 2), lan.hosts.slice(2));
  await lan.run(200 * SECOND_MS);
  expect([...network.dialled.keys()].filter((place) => place.startsWith('10.0.0.1 '))).toEqual([]);
  await Promise.all(nodes.map((node) => node.close()));
});

/** Everybody has each of these once, and nobody lost one on the way. */
function expectAll(told: readonly BrowseEvent[][], count: number): void {
  const names = Array.from({ length: count }, (_, index) => `redis on h${index + 1}`);
  for (const events of told) expect(listNames(events)).toEqual(names);
  expect(told.flat().filter(({ kind }) => kind === 'removed')).toEqual([]);
}

function listNames(events: readonly BrowseEvent[]): readonly string[] {
  const names = new Map<string, string>();
  for (const { kind, instance } of events) {
    const id = `${instance.name} ${instance.link ?? ''}`;
    if (kind === 'removed') names.delete(id);
    else names.set(id, instance.name);
  }
  return [...names.values()].toSorted();
}

it('who is heard by multicast and hears nobody sees all by one who is named, and is seen once', async () => {
  await using lan = await SimulatedLan.create({ hosts: 5, seed: 3 });
  lan.network.reaches = (_, to) => to !== 'h5';
  const { network, nodes, told } = await join(lan, { named: (index) => (index === 4 ? [0] : []) });
  await lan.run(10 * SECOND_MS);
  expectAll(told, 5);
  expect(fold(told[4] ?? []).get('redis on h3')).toBe('peer');
  expect(fold(told[2] ?? []).get('redis on h5')).toBe('mdns');
  await lan.run(300 * SECOND_MS);
  expectAll(told, 5);
  // Who hears the others by multicast dials none of them.
  expect([...network.dialled.keys()].filter((place) => place.startsWith('10.0.0.5 '))).toEqual([]);
  await nodes[2]?.close();
  await lan.run(2 * SECOND_MS);
  for (const [index, events] of told.entries()) if (index !== 2) expect(listNames(events)).not.toContain('redis on h3');
  await Promise.all(nodes.map((node) => node.close()));
});

/** Of `h1` to `h6`: the third and the last are on both segments. */
const SEGMENTS = [['lan'], ['lan'], ['lan', 'other'], ['other'], ['other'], ['lan', 'other']] as const;
/** In 300 s. */
const BEATS = 120;
const NETS: Readonly<Record<string, number>> = { lan: 10, other: 11 };

it.each([
  // Each has a link with each, and says with every beat that it lives.
  { what: 'in open mode, and the segments reach each other by TCP', inMesh: [], isRouted: true, linesOfBeat: 6 * 5 },
  // Those in both have links with all. Each passes on to four what the two on the other segment say.
  {
    what: 'in a mesh, and only those in both reach all',
    inMesh: [0, 1, 2, 3, 4, 5],
    isRouted: false,
    linesOfBeat: 6 * 5 - 8 + 16,
  },
])(
  'two segments with two machines in both, $what: everybody sees everybody once, and nothing goes round',
  async (one) => {
    const { inMesh, isRouted, linesOfBeat } = one;
    const count = SEGMENTS.length;
    await using lan = await SimulatedLan.create({ hosts: 0, seed: 4 });
    for (const segments of SEGMENTS) await lan.addHost(segments);
    const segmentsOf = (index: number): readonly string[] => SEGMENTS[index] ?? [];
    const shares = (from: number, to: number): boolean =>
      segmentsOf(from).some((segment) => segmentsOf(to).includes(segment));
    const { network, nodes, told } = await join(lan, {
      inMesh,
      named: (index) => (index === 2 ? [5] : [2]),
      addressesOf: (index) => segmentsOf(index).map((segment) => `${NETS[segment]}.0.0.${index + 1}`),
      reaches: (from, to) => isRouted || shares(from, to),
    });
    await lan.run(10 * SECOND_MS);
    expectAll(told, count);
    const before = { ...network.traffic, changes: told.map(({ length }) => length) };
    await lan.run(300 * SECOND_MS);
    expectAll(told, count);
    expect((network.traffic.lines - before.lines) / BEATS).toBeCloseTo(linesOfBeat, 0);
    for (const [index, events] of told.entries()) {
      const later = events.slice(before.changes[index]).filter(({ instance }) => instance.source === 'peer');
      expect(later).toEqual([]);
    }
    await nodes[4]?.close();
    await lan.run(2 * SECOND_MS);
    for (const [index, events] of told.entries())
      if (index !== 4) expect(listNames(events)).not.toContain('redis on h5');
    await Promise.all(nodes.map((node) => node.close()));
  },
);
