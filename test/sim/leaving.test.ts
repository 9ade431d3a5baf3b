import { createMdnsNode, hostLabel, type MdnsNode } from '@mdns-ambassador/mdns';
import { ManualClock, type MemoryHost, MemoryNetwork, seededRandom } from '@mdns-ambassador/testkit';
import { describe, expect, it } from 'vitest';
import { Pool } from '../../packages/ambassador/src/pool/pool.ts';
import { createMdnsSource } from '../../packages/ambassador/src/sources/mdns.ts';
import type { AnnouncementOptions } from '../../packages/announcer/src/announcement-options.ts';
import { Announcer } from '../../packages/announcer/src/announcer.ts';
import { announcementOptions } from '../../packages/announcer/test/announcement-fixture.ts';
import { FakeHost } from '../../packages/announcer/test/fake-host.ts';
import { encodeMessage } from '../../packages/mdns/src/wire/encode.ts';

const SEGMENT = 'lan';
const TYPE = '_redis._tcp';
const LEAVER_PORT = 12345;
const STAYER_PORT = 7000;
const SEEDS = 120;
/** An announcer leaves within this time from when it is heard of first. */
const LIFE_MS = 5_000;
/** Between two dials. */
const TICK_MS = 10;
const DIALLED_AFTER_MS = 3_000;
/** A packet takes so long at most. */
const DELAY_MS = 5;

type Disturbance = 'nothing' | 'questions' | 'verification' | 'a rival probe' | 'a conflict' | 'another TXT';
const DISTURBANCES: readonly Disturbance[] = [
  'nothing',
  'questions',
  'verification',
  'a rival probe',
  'a conflict',
  'another TXT',
];

interface Machine {
  readonly host: MemoryHost;
  readonly label: string;
}

/** h1 leaves, h2 stays, h3 dials whom its pool says, h4 disturbs. */
class World {
  readonly clock = new ManualClock();
  readonly random: () => number;
  readonly network: MemoryNetwork;
  readonly pool: Pool;
  /** Of the announcers, in the order in which they came. */
  readonly nodes: MdnsNode[] = [];
  readonly #machines: Map<string, Machine> = new Map();

  constructor(seed: number) {
    this.random = seededRandom(seed);
    // The same for all packets: a LAN does not put what one host sends out of order.
    const delayMs = 1 + this.random() * (DELAY_MS - 1);
    this.network = new MemoryNetwork({ clock: this.clock, random: this.random, delayMs: [delayMs, delayMs] });
    this.pool = new Pool({ sources: ['mdns'], merge: 'union', balance: 'round-robin', random: this.random });
  }

  async addNode(name: string, last: number): Promise<{ readonly node: MdnsNode; readonly host: MemoryHost }> {
    const { host, label } = this.#findMachine(name, last);
    const node = createMdnsNode({ network: host, clock: this.clock, random: this.random, hostLabel: label });
    await node.start();
    return { node, host };
  }

  /** A process on a machine that there is says the same host name (announcements of one service derive one). */
  #findMachine(name: string, last: number): Machine {
    const known = this.#machines.get(name);
    if (known !== undefined) return known;
    const host = this.network.addHost(name);
    host.connect('eth0', SEGMENT, [`10.99.0.${last}/24`, `fe80::${last}/64`]);
    const machine = { host, label: hostLabel(name, this.random) };
    this.#machines.set(name, machine);
    return machine;
  }

  async announce(name: string, last: number, change: Partial<AnnouncementOptions>): Promise<Announcer> {
    const { node, host } = await this.addNode(name, last);
    this.nodes.push(node);
    const machine = new FakeHost();
    machine.used = host.interfaces();
    machine.own = ['127.0.0.1', '::1', `10.99.0.${last}`, `fe80::${last}`];
    for (const port of [LEAVER_PORT, STAYER_PORT]) {
      for (const address of machine.own)
        machine.listen(address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);
      machine.listen(`[fe80::${last}%eth0]:${port}`);
    }
    const announcer = new Announcer({
      announcements: [announcementOptions(change)],
      publisher: node,
      clock: this.clock,
      random: this.random,
      identity: 'h1',
      host: machine,
      onEvent: () => undefined,
    });
    await announcer.start();
    return announcer;
  }

  /** Feeds the pool with what h3 hears. */
  async listen(): Promise<void> {
    const { node, host } = await this.addNode('h3', 3);
    const source = createMdnsSource({
      service: 'redis',
      type: TYPE,
      browser: node,
      interfaces: () => host.interfaces(),
      clock: this.clock,
    });
    await source.start((update) => this.pool.apply('mdns', update, this.clock.now()));
  }

  /** Whether the one that leaves is dialled now. */
  dials(port: number): boolean {
    const picked = this.pool.pick({ exclude: new Set() }, this.clock.now());
    return picked.kind === 'endpoint' && picked.endpoint.port === port;
  }

  knows(port: number): boolean {
    return this.pool.snapshot().some((endpoint) => endpoint.port === port);
  }

  /** Another host says that the name is its own. */
  contradict(): void {
    const name = ['redis on h1', '_redis', '_tcp', 'local'];
    const data = { type: 'SRV', priority: 0, weight: 0, port: 1, target: ['rival', 'local'] } as const;
    const message = {
      id: 0,
      kind: 'response',
      truncated: false,
      questions: [],
      answers: [{ name, ttl: 120, flush: true, data }],
      authorities: [],
      additionals: [],
    } as const;
    this.network.inject(SEGMENT, 'IPv4', { address: '10.99.0.9', port: 5353 }, encodeMessage(message));
  }
}

/** Runs one life; tells what was wrong with its end. `lost`: which packet of the leaving, in order, nobody hears. */
async function live(seed: number, disturbance: Disturbance, lost: number | undefined): Promise<readonly string[]> {
  const world = new World(seed);
  await world.listen();
  await world.announce('h2', 2, { instance: 'redis on h2', port: STAYER_PORT });
  await world.clock.advance(3_000);
  const leaver = await world.announce('h1', 1, { instance: 'redis on h1', port: LEAVER_PORT });
  const { node: disturber } = await world.addNode('h4', 4);
  while (!world.knows(LEAVER_PORT)) await world.clock.advance(TICK_MS);
  const lifeMs = world.random() * LIFE_MS;
  const disturbedMs = Math.min(lifeMs, world.random() * 1_000);
  await world.clock.advance(lifeMs - disturbedMs);
  switch (disturbance) {
    case 'nothing':
      break;
    case 'questions':
      disturber.browse({ type: TYPE }, () => undefined);
      break;
    case 'verification':
      disturber.browse({ type: TYPE }, () => undefined);
      await world.clock.advance(disturbedMs / 2);
      disturber.verify(TYPE, 'redis on h1');
      break;
    case 'a rival probe':
      disturber.publish({ name: 'redis on h1', type: TYPE, port: 1 });
      break;
    case 'a conflict':
      world.contradict();
      break;
    case 'another TXT': {
      const txt = new Map([['role', new TextEncoder().encode('b')]]);
      leaver.change(announcementOptions({ instance: 'redis on h1', port: LEAVER_PORT, txt }));
      break;
    }
    default:
      disturbance satisfies never;
  }
  await world.clock.advance(disturbance === 'verification' ? disturbedMs / 2 : disturbedMs);
  let sent = 0;
  world.network.onSent = ({ host, family }) => {
    // Each leaves by both families, one after the other.
    if (host === 'h1' && family === 'IPv4') sent += 1;
    world.network.loss = host === 'h1' && sent === lost ? 1 : 0;
  };
  let isOver = false;
  void leaver.drain({ graceMs: 0, timeoutMs: 0 }).then(() => {
    isOver = true;
  });
  const faults: string[] = [];
  const leftAt = world.clock.now();
  // A packet may be lost, and what is contested is not announced: then the goodbye is the first that is heard.
  const heardMs = lost === undefined && disturbance !== 'a conflict' ? DELAY_MS + TICK_MS : Number.POSITIVE_INFINITY;
  for (let over = 0; over < DIALLED_AFTER_MS; over += isOver ? TICK_MS : 0) {
    await world.clock.advance(TICK_MS);
    const since = world.clock.now() - leftAt;
    if (!world.dials(LEAVER_PORT)) continue;
    if (isOver) faults.push(`dialled ${over} ms after its end`);
    else if (since > heardMs) faults.push(`dialled ${since} ms after it said that it leaves`);
  }
  // Where another says that it is elsewhere, it is kept behind the others, as one that is not heard of.
  if (world.knows(LEAVER_PORT) && disturbance !== 'a conflict') faults.push('still known');
  return faults.slice(0, 1);
}

describe('An announcer that leaves at any moment of its life', () => {
  it.each(DISTURBANCES)('is dialled no more from when it says so, after %s', async (disturbance) => {
    for (let seed = 0; seed < SEEDS / DISTURBANCES.length; seed++) {
      expect(await live(seed, disturbance, undefined), `seed ${seed}`).toEqual([]);
    }
  });

  it.each([1, 2, 3])('is not dialled after its end though packet %d of its leaving is lost', async (lost) => {
    for (let seed = 0; seed < SEEDS / DISTURBANCES.length; seed++) {
      const disturbance = DISTURBANCES[seed % DISTURBANCES.length] ?? 'nothing';
      expect(await live(1_000 + seed, disturbance, lost), `seed ${seed}, ${disturbance}`).toEqual([]);
    }
  });
});

/** Each of two announcers on h1 at its port, one of which leaves; what the pool of h3 thought of the other meanwhile. */
async function leaveBeside(seed: number, ports: readonly [number, number], leaving: 0 | 1): Promise<readonly string[]> {
  const world = new World(seed);
  await world.listen();
  const announcers: Announcer[] = [];
  for (const port of ports) {
    announcers.push(await world.announce('h1', 1, { instance: 'redis on h1', port }));
    await world.clock.advance(1_000 + world.random() * 3_000);
  }
  const stayer = ports[1 - leaving] ?? 0;
  const look = (): string => {
    const found = world.pool.snapshot().find(({ port }) => port === stayer);
    return found === undefined ? 'unknown' : found.state;
  };
  const seen = [look()];
  const leaver = announcers[leaving];
  const closed = leaver?.drain({ graceMs: 0, timeoutMs: 0 }).then(() => world.nodes[leaving]?.close());
  for (let at = 0; at < 6_000; at += TICK_MS) {
    await world.clock.advance(TICK_MS);
    const state = look();
    if (state !== seen.at(-1)) seen.push(state);
  }
  await closed;
  return seen;
}

describe('Of two announcers of one service on one machine', () => {
  const seeds = Array.from({ length: 20 }, (_, seed) => seed);
  it.each([0, 1] as const)('the one that stays is used all the time, number %d leaves', async (leaving) => {
    for (const seed of seeds) {
      expect(await leaveBeside(seed, [LEAVER_PORT, STAYER_PORT], leaving), `seed ${seed}`).toEqual(['ready']);
    }
  });

  it.each([0, 1] as const)('at one port they are one, which is used again when number %d has left', async (leaving) => {
    for (const seed of seeds) {
      const seen = await leaveBeside(seed, [LEAVER_PORT, LEAVER_PORT], leaving);
      expect(seen.at(-1), `seed ${seed}: ${seen.join(', ')}`).toBe('ready');
      expect(seen, `seed ${seed}`).not.toContain('unknown');
    }
  });
});
