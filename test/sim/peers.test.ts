import type { Instance } from '@mdns-ambassador/mdns';
import {
  type AddressJudge,
  type PeerEvent,
  PeerNode,
  type PeerPlace,
  type RememberedPlace,
} from '@mdns-ambassador/peers';
import { ManualClock, type MemoryPeerHost, MemoryPeers, seededRandom } from '@mdns-ambassador/testkit';
import { describe, expect, it } from 'vitest';

const TYPE = '_redis._tcp';
const PORT = 5350;
const SECOND_MS = 1_000;

/** Everybody is on one link, and is let in and dialled. */
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

interface MachineOptions {
  readonly isMesh?: boolean;
  readonly services?: number;
  readonly addresses?: readonly string[];
  readonly nat?: string;
  readonly listens?: boolean;
}

/** One machine with a process that announces, and may be started again. */
class Machine {
  readonly host: MemoryPeerHost;
  readonly name: string;
  readonly events: PeerEvent[] = [];
  remembered: readonly RememberedPlace[] = [];
  node: PeerNode;
  readonly #world: World;
  readonly #options: MachineOptions;
  #starts = 0;

  constructor(world: World, name: string, address: string, named: readonly PeerPlace[], options: MachineOptions) {
    this.#world = world;
    this.#options = options;
    this.name = name;
    this.host = world.network.addHost(name, options.addresses ?? [address], options.nat);
    this.node = this.create(named);
  }

  create(named: readonly PeerPlace[]): PeerNode {
    const { clock, random } = this.#world;
    this.#starts += 1;
    const { isMesh = false, services = 1, listens = true } = this.#options;
    const node = new PeerNode({
      node: Array.from({ length: 16 }, () => Math.floor(random() * 16).toString(16)).join(''),
      version: '0.1.0',
      clock,
      random,
      transport: this.host.createTransport(),
      named,
      remembered: this.remembered,
      ...(listens ? { port: PORT } : {}),
      isMesh,
      addresses: () => this.host.addresses,
      judge: judgeFor(this.host),
      onEvent: (event) => this.events.push(event),
      onRemember: (places) => {
        this.remembered = places;
      },
    });
    for (let index = 0; index < services; index++) {
      node.announce(`${index}`, {
        name: index === 0 ? this.name : `${this.name} ${index}`,
        type: index === 0 ? TYPE : '_web._tcp',
        subtypes: [],
        host: `${this.name}.local`,
        port: 6_379,
        priority: 0,
        weight: 0,
        txt: new Map([['txtvers', new TextEncoder().encode('1')]]),
      });
    }
    this.node = node;
    return node;
  }

  list(): readonly Instance[] {
    return this.node.list(TYPE);
  }
}

class World {
  readonly clock = new ManualClock();
  readonly network = new MemoryPeers(this.clock);
  readonly random: () => number;
  readonly machines: Machine[] = [];

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  add(named: readonly string[], options: MachineOptions = {}): Machine {
    const number = this.machines.length + 1;
    const places = named.map((host) => ({ host, port: PORT }));
    const machine = new Machine(this, `h${number}`, addressOf(number), places, options);
    this.machines.push(machine);
    return machine;
  }

  /** Who does not see whom of those that are given, each once. */
  listErrors(machines: readonly Machine[] = this.machines): readonly string[] {
    return machines.flatMap((machine) => {
      const seen = machine.list().map(({ name }) => name);
      const others = machines.filter((other) => other !== machine).map(({ name }) => name);
      const missing = others.filter((name) => !seen.includes(name)).map((name) => `${machine.name} misses ${name}`);
      const ghosts = seen.filter((name) => !others.includes(name)).map((name) => `${machine.name} still has ${name}`);
      const twice = seen.length === new Set(seen).size ? [] : [`${machine.name} has one twice`];
      return [...missing, ...ghosts, ...twice];
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.machines.map(({ node }) => node.close()));
  }
}

function addressOf(number: number): string {
  return `10.99.0.${number}`;
}

/** Whom the machine of a number names, of `count`. */
type Topology = (number: number, count: number, random: () => number) => readonly string[];

const chain: Topology = (number, count) => [addressOf(number === 1 ? count : number - 1)];

const TOPOLOGIES: Readonly<Record<string, Topology>> = {
  'a chain': chain,
  'a star': (number) => [addressOf(number === 1 ? 2 : 1)],
  'at random, with one that all lead to': (number, count, random) => [
    addressOf(number === 1 ? 1 + Math.ceil(random() * (count - 1)) : 1 + Math.floor(random() * (number - 1))),
  ],
};

async function startAll(world: World, count: number, topology: Topology, options: MachineOptions = {}): Promise<void> {
  for (let number = 1; number <= count; number++) world.add(topology(number, count, world.random), options);
  for (const { node } of world.machines) {
    void node.start();
    await world.clock.advance(world.random() * 50);
  }
}

/** Until all know all, for each three machines; in a mesh also what is passed on before they have links with each other. */
const BYTES_OF_START = { open: 65, mesh: 140 } as const;
const MODES = [false, true] as const;
const CASES = Object.entries(TOPOLOGIES).flatMap(([name, topology]) =>
  MODES.flatMap((isMesh) =>
    (topology === chain && !isMesh ? [20, 50] : [20]).map((count) => ({
      name,
      topology,
      isMesh,
      count,
      mode: isMesh ? 'a mesh' : 'open mode',
    })),
  ),
);

describe('no multicast, and one peer named each', () => {
  it.each(CASES)(
    '$count machines in $mode, named as $name, see each other within 3 s of the last start',
    async (one) => {
      const world = new World(one.count);
      await startAll(world, one.count, one.topology, { isMesh: one.isMesh });
      await world.clock.advance(3 * SECOND_MS);
      expect(world.listErrors()).toEqual([]);
      const { bytes } = world.network.traffic;
      process.stdout.write(
        `peers, ${one.mode}: ${one.count} machines, named as ${one.name}, start with ${bytes} bytes\n`,
      );
      // Each tells each of the others, as far as neither of the two has said that it knows the other.
      expect(bytes).toBeLessThan(one.count ** 3 * BYTES_OF_START[one.isMesh ? 'mesh' : 'open']);
      await world.clock.advance(10 * SECOND_MS);
      expect(world.listErrors()).toEqual([]);
      for (const { events } of world.machines) expect(events.filter(({ kind }) => kind === 'peer-lost')).toEqual([]);
      await world.close();
      // What was under way.
      await world.clock.advance(10);
      expect(world.clock.pendingTimers).toBe(0);
    },
  );

  it.each(MODES)(
    '20 machines (mesh: %s) see each other within a second of the start of the one that all name',
    async (isMesh) => {
      const world = new World(8);
      for (let number = 1; number <= 20; number++) world.add([addressOf(number === 1 ? 2 : 1)], { isMesh });
      const [last, ...others] = world.machines;
      for (const { node } of others) void node.start();
      await world.clock.advance(60 * SECOND_MS);
      void last?.node.start();
      await world.clock.advance(SECOND_MS);
      expect(world.listErrors()).toEqual([]);
      await world.close();
    },
  );

  it.each(MODES)('20 machines (mesh: %s): a killed one is gone within 10 s, a goodbye at once', async (isMesh) => {
    const world = new World(3);
    await startAll(world, 20, chain, { isMesh });
    await world.clock.advance(5 * SECOND_MS);
    const [killed, leaving, ...rest] = world.machines;
    killed?.host.switchOff();
    await leaving?.node.close();
    await world.clock.advance(10);
    for (const machine of rest) {
      const names = machine.list().map(({ name }) => name);
      expect([names.includes('h1'), names.includes('h2')]).toEqual([true, false]);
    }
    await world.clock.advance(10 * SECOND_MS - 10);
    expect(world.listErrors(rest)).toEqual([]);
    await world.close();
  });

  it.each(MODES)('20 machines (mesh: %s) that a partition cut in two know each other again', async (isMesh) => {
    const world = new World(4);
    await startAll(world, 20, chain, { isMesh });
    await world.clock.advance(5 * SECOND_MS);
    const sideOf = (name: string): boolean => Number(name.slice(1)) <= 10;
    world.network.reaches = (from, to) => sideOf(from) === sideOf(to);
    await world.clock.advance(60 * SECOND_MS);
    expect(world.listErrors(world.machines.slice(0, 10))).toEqual([]);
    expect(world.listErrors(world.machines.slice(10))).toEqual([]);
    world.network.reaches = () => true;
    await world.clock.advance(15 * SECOND_MS);
    expect(world.listErrors()).toEqual([]);
    await world.close();
  });

  it('20 machines that all start again without a peer find each other by memory', async () => {
    const world = new World(5);
    await startAll(world, 20, chain);
    await world.clock.advance(15 * SECOND_MS);
    for (const machine of world.machines) {
      await machine.node.close();
      machine.host.kill();
    }
    await world.clock.advance(1 * SECOND_MS);
    for (const machine of world.machines) void machine.create([]).start();
    await world.clock.advance(3 * SECOND_MS);
    expect(world.listErrors()).toEqual([]);
    await world.close();
  });

  it('a machine that changes its address is itself, once', async () => {
    const world = new World(6);
    await startAll(world, 5, chain);
    await world.clock.advance(5 * SECOND_MS);
    world.machines[2]?.host.readdress(['10.99.0.99']);
    await world.clock.advance(20 * SECOND_MS);
    expect(world.listErrors()).toEqual([]);
    expect(world.machines[0]?.list().find(({ name }) => name === 'h3')?.addresses).toMatchObject([
      { address: '10.99.0.99' },
    ]);
    await world.close();
  });

  it('who is behind a NAT is seen, and sees: in a mesh others pass on what two of those say', async () => {
    const world = new World(7);
    const mesh = { isMesh: true } as const;
    const [open, first, second] = [
      world.add([], mesh),
      world.add([addressOf(1)], { ...mesh, nat: '10.99.0.200', addresses: ['172.17.0.2'] }),
      world.add([addressOf(1)], { ...mesh, nat: '10.99.0.200', addresses: ['172.18.0.2'] }),
    ];
    for (const { node } of [open, first, second]) await node.start();
    await world.clock.advance(3 * SECOND_MS);
    expect(world.listErrors()).toEqual([]);
    await world.clock.advance(60 * SECOND_MS);
    expect(world.listErrors()).toEqual([]);
    await world.close();
  });

  it('what is said grows with the machines, and not with their services', async () => {
    const measure = async (
      count: number,
      services: number,
      isMesh: boolean,
    ): Promise<{ lines: number; bytes: number }> => {
      const world = new World(count + services);
      await startAll(world, count, chain, { services, isMesh });
      await world.clock.advance(30 * SECOND_MS);
      const before = world.network.traffic;
      await world.clock.advance(60 * SECOND_MS);
      const { lines, bytes } = world.network.traffic;
      await world.close();
      const each = { lines: (lines - before.lines) / count, bytes: (bytes - before.bytes) / count };
      process.stdout.write(
        `peers, ${isMesh ? 'mesh' : 'open'}: ${count} machines with ${services} services each: ${each.lines.toFixed(0)} lines, ${each.bytes.toFixed(0)} bytes a minute from each\n`,
      );
      return each;
    };
    for (const isMesh of MODES) {
      const [few, many, busy] = [
        await measure(10, 1, isMesh),
        await measure(20, 1, isMesh),
        await measure(10, 20, isMesh),
      ];
      expect(many.lines / few.lines).toBeLessThan(19 / 9 + 0.2);
      expect(busy.lines).toBeLessThan(few.lines * 1.05);
      expect(busy.bytes).toBeLessThan(few.bytes * 1.05);
    }
  });
});
