import type { MdnsNode, NetworkInterface } from '@mdns-ambassador/mdns';
import { createPeerBrowser, joinPeers, PeerNode, type PeerService } from '@mdns-ambassador/peers';
import { listSourceCases, ManualClock, MemoryPeers, seededRandom } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import type { Update } from '../../src/pool/update.ts';
import { createMdnsSource, type MdnsSourceOptions } from '../../src/sources/mdns.ts';

const [HERE, THERE] = ['10.99.0.1', '10.98.0.2'];
const eth0: NetworkInterface = {
  name: 'eth0',
  loopback: false,
  addresses: [{ address: HERE, family: 'IPv4', prefixLength: 24, scopeId: 0 }],
};
const SERVICE: PeerService = {
  name: 'redis on h2',
  type: '_redis._tcp',
  subtypes: [],
  host: 'h2-k3x9.local',
  port: 6379,
  priority: 1,
  weight: 2,
  txt: new Map(),
};

function createWorld(change: Partial<MdnsSourceOptions> = {}) {
  const clock = new ManualClock();
  const network = new MemoryPeers(clock);
  const create = (address: string, number: string, named: readonly string[]): PeerNode => {
    const host = network.addHost(address, [address]);
    return new PeerNode({
      node: number.repeat(16),
      version: '0.1.0',
      clock,
      random: seededRandom(1),
      transport: host.createTransport(),
      named: named.map((each) => ({ host: each, port: 5350 })),
      remembered: [],
      port: 5350,
      isMesh: false,
      addresses: () => [address],
      judge: {
        isOwn: (each) => each === address,
        noteNamed: () => undefined,
        mayLink: () => true,
        mayDial: () => true,
        isUsable: () => true,
      },
    });
  };
  const [peers, other] = [create(HERE, 'a', [THERE]), create(THERE, 'b', [])];
  other.announce('1', SERVICE);
  const updates: Update[] = [];
  const source = createMdnsSource({
    name: 'peer',
    service: 'redis',
    type: '_redis._tcp',
    browser: createPeerBrowser(peers, clock),
    interfaces: () => [eth0],
    clock,
    ...change,
  });
  const begin = async (): Promise<void> => {
    await other.start();
    await peers.start();
    await clock.advance(100);
    await source.start((update) => updates.push(update));
    await clock.advance(100);
  };
  return { clock, network, peers, other, source, updates, begin };
}

describe('the promises of every source', () => {
  test.each(
    listSourceCases(() => {
      const { clock, peers, other, source } = createWorld();
      const started = Promise.all([other.start(), peers.start()]);
      return {
        source,
        move: () => other.announce('1', { ...SERVICE, port: 7_000 }),
        settle: async () => {
          await started;
          await clock.advance(5_000);
        },
      };
    }),
  )('$name', ({ run }) => run());
});

test('what a peer tells is an endpoint at the address that it comes from, beyond the link, and goes with its goodbye', async () => {
  const { clock, other, updates, begin } = createWorld();
  await begin();
  const id = 'peer:redis on h2';
  const endpoint = { id, addresses: [THERE], port: 6379, priority: 1, weight: 2, source: 'peer', announcer: THERE };
  expect(updates).toMatchObject([{ kind: 'add', endpoints: [endpoint] }]);
  await other.close();
  await clock.advance(10);
  expect(updates.at(-1)).toEqual({ kind: 'gone', ids: [id], reason: 'said goodbye' });
  await clock.advance(2_000);
  expect(updates.at(-1)).toEqual({ kind: 'remove', ids: [id], reason: 'said goodbye' });
});

test('one that falls silent is gone within 10 s, and never removed: it may still answer', async () => {
  const { clock, network, updates, begin } = createWorld();
  await begin();
  network.findHost(THERE)?.switchOff();
  await clock.advance(10_000);
  expect(updates.at(-1)).toEqual({ kind: 'gone', ids: ['peer:redis on h2'], reason: 'not heard of again' });
});

test('an address of ours that somebody else claims is none', async () => {
  const { updates, begin } = createWorld({ ownAddresses: () => new Set([THERE]) });
  await begin();
  expect(updates).toMatchObject([{ kind: 'remove', reason: 'none of its addresses may be dialled' }]);
});

test('beside mDNS it is one endpoint, whose source is who tells of it', async () => {
  const world = createWorld();
  const mdns = { browse: () => ({ close: () => undefined }), verify: () => undefined } as unknown as MdnsNode;
  const node = joinPeers({ mdns, peers: world.peers, clock: world.clock });
  const source = createMdnsSource({
    service: 'redis',
    type: '_redis._tcp',
    browser: node,
    interfaces: () => [eth0],
    clock: world.clock,
  });
  const updates: Update[] = [];
  await world.begin();
  await source.start((update) => updates.push(update));
  await world.clock.advance(10);
  expect(source.name).toBe('mdns');
  expect(updates).toMatchObject([{ endpoints: [{ id: 'mdns:redis on h2', source: 'peer' }] }]);
});
