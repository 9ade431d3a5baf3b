import { createHash } from 'node:crypto';
import { type KeyRing, MeshKey, Notices, writeNotices } from '@mdns-ambassador/mesh';
import { type AddressJudge, PeerNode } from '@mdns-ambassador/peers';
import { ManualClock, type MemoryPeerHost, MemoryPeers, seededRandom } from '@mdns-ambassador/testkit';
import { afterEach, describe, expect, it } from 'vitest';

const PORT = 5350;
const SECOND_MS = 1_000;
const RING: KeyRing & { readonly kind: 'keys' } = { kind: 'keys', current: new MeshKey(Buffer.alloc(32, 1)) };

/** Everybody is on one link. */
function judgeFor(host: MemoryPeerHost): AddressJudge {
  const isOwn = (address: string): boolean => address === '127.0.0.1' || host.addresses.includes(address);
  return {
    isOwn,
    noteNamed: () => undefined,
    mayLink: () => true,
    mayDial: (address) => address !== '127.0.0.1',
    isUsable: (address, isFromThisHost) => isFromThisHost || !isOwn(address),
  };
}

/** One machine of the mesh; its process may end and begin again, with what it has kept. */
class Machine {
  readonly name: string;
  readonly keyId: string;
  readonly host: MemoryPeerHost;
  readonly #world: World;
  readonly #named: readonly string[];
  #kept: readonly string[] = [];
  notices: Notices;
  node: PeerNode;

  constructor(world: World, number: number, named: readonly string[]) {
    this.#world = world;
    this.#named = named;
    this.name = `h${number}`;
    this.keyId = createHash('sha256').update(this.name).digest('hex').slice(0, 40);
    this.host = world.network.addHost(this.name, [addressOf(number)]);
    ({ notices: this.notices, node: this.node } = this.#create());
  }

  #create(): { notices: Notices; node: PeerNode } {
    const { clock, network, random } = this.#world;
    const notices = new Notices(RING);
    notices.take(this.#kept);
    notices.onChange(() => {
      this.#kept = notices.texts;
    });
    const node = new PeerNode({
      node: Array.from({ length: 16 }, () => Math.floor(random() * 16).toString(16)).join(''),
      version: '0.1.0',
      clock,
      random,
      transport: (network.findHost(this.host.addresses[0] ?? '') ?? this.host).createTransport(),
      named: this.#named.map((host) => ({ host, port: PORT })),
      remembered: [],
      port: PORT,
      isMesh: true,
      notices,
      addresses: () => this.host.addresses,
      judge: judgeFor(this.host),
    });
    return { notices, node };
  }

  /** As a person would on a keeper's machine. */
  say(kind: 'removed' | 'restored', machine: Machine): void {
    const word = { kind, machine: machine.keyId, name: machine.name, at: this.#world.clock.wallClock() };
    this.notices.take(writeNotices(RING, this.notices.list, word).map(({ text }) => text));
  }

  async restart(): Promise<void> {
    await this.node.close();
    this.host.kill();
    ({ notices: this.notices, node: this.node } = this.#create());
    await this.node.start();
  }
}

class World {
  readonly clock = new ManualClock();
  readonly network = new MemoryPeers(this.clock);
  readonly random = seededRandom(14);
  readonly machines: Machine[] = [];

  /** Each names the one before it. */
  async start(count: number): Promise<void> {
    for (let number = 1; number <= count; number++) {
      this.machines.push(new Machine(this, number, number === 1 ? [] : [addressOf(number - 1)]));
    }
    for (const { node } of this.machines) await node.start();
    await this.clock.advance(10 * SECOND_MS);
  }

  machine(number: number): Machine {
    const machine = this.machines[number - 1];
    if (machine === undefined) throw new Error(`there is no h${number}`);
    return machine;
  }

  /** Names of those that serve this machine still. */
  listServing(removed: Machine): readonly string[] {
    return this.machines.filter(({ notices }) => !notices.isRemoved(removed.keyId)).map(({ name }) => name);
  }

  /** Between these and all others nothing arrives. */
  split(numbers: readonly number[]): void {
    const names = new Set(numbers.map((number) => `h${number}`));
    this.network.reaches = (from, to) => names.has(from) === names.has(to);
  }

  heal(): void {
    this.network.reaches = () => true;
  }
}

function addressOf(number: number): string {
  return `10.99.0.${number}`;
}

describe('a removal', () => {
  let world = new World();
  afterEach(async () => {
    await Promise.all(world.machines.map(({ node }) => node.close()));
    world = new World();
  });

  it('reaches thirty machines within a second, and goes nowhere round', async () => {
    await world.start(30);
    const before = world.network.traffic.lines;
    world.machine(20).say('removed', world.machine(7));
    await world.clock.advance(SECOND_MS);
    expect(world.listServing(world.machine(7))).toEqual([]);
    const told = world.network.traffic.lines - before;
    await world.clock.advance(30 * SECOND_MS);
    expect(new Set(world.machines.map(({ notices }) => notices.digest)).size).toBe(1);
    // One line each way of each link, and the beats of a second.
    expect(told).toBeLessThan(30 * 29 * 2);
    expect(world.machines.every(({ notices }) => notices.counters.forged === 0)).toBe(true);
  });

  it('reaches who was away as soon as it is back, after a partition and after a restart', async () => {
    await world.start(8);
    world.split([3, 4]);
    await world.clock.advance(20 * SECOND_MS);
    world.machine(5).say('removed', world.machine(8));
    await world.clock.advance(10 * SECOND_MS);
    expect(world.listServing(world.machine(8))).toEqual(['h3', 'h4']);
    world.heal();
    await world.machine(3).restart();
    await world.clock.advance(SECOND_MS);
    expect(world.listServing(world.machine(8))).not.toContain('h3');
    await world.clock.advance(10 * SECOND_MS);
    expect(world.listServing(world.machine(8))).toEqual([]);
  });

  it('stays over a restart without anybody else', async () => {
    await world.start(3);
    world.machine(1).say('removed', world.machine(3));
    await world.clock.advance(SECOND_MS);
    world.split([2]);
    await world.machine(2).restart();
    await world.clock.advance(SECOND_MS);
    expect(world.machine(2).notices.isRemoved(world.machine(3).keyId)).toBe(true);
  });

  it('wins where keepers on both sides of a partition said otherwise, and an undo that knew of it wins over it', async () => {
    await world.start(6);
    world.split([1, 2, 3]);
    await world.clock.advance(20 * SECOND_MS);
    world.machine(1).say('removed', world.machine(6));
    world.machine(4).say('removed', world.machine(2));
    world.machine(5).say('restored', world.machine(6));
    await world.clock.advance(SECOND_MS);
    world.heal();
    await world.clock.advance(30 * SECOND_MS);
    expect(new Set(world.machines.map(({ notices }) => notices.digest)).size).toBe(1);
    expect(world.listServing(world.machine(2))).toEqual([]);
    world.machine(3).say('restored', world.machine(2));
    await world.clock.advance(SECOND_MS);
    expect(world.listServing(world.machine(2))).toHaveLength(6);
  });

  it('is told by who was away to nobody as an older one: a replay changes nothing', async () => {
    await world.start(4);
    world.machine(1).say('removed', world.machine(4));
    await world.clock.advance(SECOND_MS);
    const old = world.machine(2).notices.texts;
    world.machine(1).say('restored', world.machine(4));
    await world.clock.advance(SECOND_MS);
    const { digest } = world.machine(3).notices;
    expect(world.machine(3).notices.take(old).news).toEqual([]);
    expect([world.machine(3).notices.digest, world.listServing(world.machine(4)).length]).toEqual([digest, 4]);
  });
});
