import { describe, expect, test } from 'vitest';
import type { PeerReceiver, PeerTransport } from '../src/link/peer-stream.ts';
import { MAX_FIRST_LINE_BYTES, MAX_LINE_BYTES } from '../src/rules/line.ts';
import { PeerWorld, RawPeer, service } from './peer-world.ts';

const STRANGER = 'f'.repeat(16);
const [A, B, C] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'] as const;

describe('two nodes', () => {
  test('tell each other what they announce, and of a change and a goodbye at once', async () => {
    const world = new PeerWorld();
    const [a, b] = [world.create(A), world.create(B, [A])];
    a.announce('1', service('one'));
    await world.start(a, b);
    expect(b.list('_REDIS._tcp')).toMatchObject([
      { name: 'one', host: 'one.local', port: 6379, source: 'peer', announcer: A, addresses: [{ address: A }] },
    ]);
    b.announce('1', service('two'));
    await world.clock.advance(5);
    expect(a.list('_redis._tcp').map(({ name }) => name)).toEqual(['two']);
    a.announce('1', service('one', { port: 7 }));
    await world.clock.advance(5);
    expect(b.list('_redis._tcp')).toMatchObject([{ port: 7 }]);
    await a.close();
    await world.clock.advance(5);
    expect(b.list('_redis._tcp')).toEqual([]);
    await b.close();
    await world.clock.advance(5);
    expect(world.clock.pendingTimers).toBe(0);
  });

  test('have one link though both named the other', async () => {
    const world = new PeerWorld();
    const [a, b] = [world.create(A, [B]), world.create(B, [A])];
    await world.start(a, b);
    expect([a.listLinks().length, b.listLinks().length]).toEqual([1, 1]);
    await world.clock.advance(30_000);
    expect(world.events.get(a)?.map(({ kind }) => kind)).not.toContain('peer-lost');
  });

  test('one that names itself among others dials itself once', async () => {
    const world = new PeerWorld();
    const a = world.create(A, [A, B]);
    await world.start(a, world.create(B));
    await world.clock.advance(60_000);
    expect(a.listLinks()).toHaveLength(1);
    expect(world.network.dialled.get(`${A} 5350`)).toBe(1);
  });

  test('of one machine share its port: the second has another, is told of, and takes the port when it is free', async () => {
    const world = new PeerWorld();
    const [first, second, other] = [world.create(A), world.create(A, [C]), world.create(B, [A])];
    first.announce('1', service('first'));
    second.announce('1', service('second'));
    await world.start(first, second, other);
    expect(
      other
        .list('_redis._tcp')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['first', 'second']);
    expect(second.port).not.toBe(5350);
    await first.close();
    await world.clock.advance(3_000);
    expect(second.port).toBe(5350);
    expect(world.events.get(second)).toContainEqual(
      expect.objectContaining({ kind: 'peer-failed', place: `${C}:5350` }),
    );
  });

  test('of which one is silent: it is forgotten within 10 s, and the link with it', async () => {
    const world = new PeerWorld();
    const [a, b] = [world.create(A), world.create(B, [A])];
    a.announce('1', service('one'));
    await world.start(a, b);
    world.network.findHost(A)?.switchOff();
    await world.clock.advance(6_000);
    expect(b.list('_redis._tcp')).toHaveLength(1);
    await world.clock.advance(4_000);
    expect(b.list('_redis._tcp')).toEqual([]);
    expect(b.listLinks()).toEqual([]);
  });

  test('of which one stands still: what it has told counts for as long as anything comes from it, on a new link, too', async () => {
    const world = new PeerWorld();
    const a = world.create(A);
    await world.start(a);
    const state = {
      kind: 'state',
      origin: STRANGER,
      seq: 1,
      age: 0,
      addresses: [B],
      services: [service('one')],
    } as const;
    const before = await RawPeer.dial(world, B, A);
    before.greet(STRANGER);
    before.say(state);
    await world.clock.advance(8_000);
    const after = await RawPeer.dial(world, B, A);
    after.greet(STRANGER);
    after.say(state);
    await world.clock.advance(4_000);
    after.say({ kind: 'beat', origin: STRANGER, seq: 2, age: 0 });
    await world.clock.advance(4_000);
    expect([before.ended, after.ended]).toEqual([expect.anything(), undefined]);
    expect(a.list('_redis._tcp')).toMatchObject([{ name: 'one' }]);
    await world.clock.advance(10_000);
    expect(a.list('_redis._tcp')).toEqual([]);
  });

  test('of which one has withdrawn all it announced: a new link is told so, lest it be remembered there', async () => {
    const world = new PeerWorld();
    const a = world.create(A);
    a.announce('1', service('one'));
    await world.start(a);
    a.announce('1', undefined);
    const peer = await RawPeer.dial(world, B, A);
    peer.greet();
    await world.clock.advance(10);
    expect(peer.heard.filter(({ kind }) => kind === 'state')).toMatchObject([{ services: [] }]);
  });

  test('who had a link is remembered, with whom was met by multicast, and asked while multicast brings nobody', async () => {
    const world = new PeerWorld();
    const remembered: unknown[] = [];
    const a = world.create(A);
    a.announce('1', service('one'));
    const b = world.create(B, [A], { onRemember: (places) => remembered.push(places) });
    await world.start(a, b);
    b.meet({ host: C, port: 5350 });
    await b.close();
    expect(remembered).toEqual([
      [
        { host: C, port: 5350, hasLinked: false },
        { host: A, port: 5350, hasLinked: true },
      ],
    ]);
    const again = world.create(B, [], { remembered: [{ host: A, port: 5350, hasLinked: true }] });
    again.hearByMulticast(1);
    await world.start(again);
    expect(again.list('_redis._tcp')).toEqual([]);
    again.hearByMulticast(0);
    await world.clock.advance(100);
    expect(again.list('_redis._tcp')).toHaveLength(1);
  });

  test('who was met by multicast and is lost there is asked once, though others are heard', async () => {
    const world = new PeerWorld();
    const [a, b] = [world.create(A), world.create(B)];
    a.announce('1', service('one'));
    b.hearByMulticast(3);
    await world.start(a, b);
    b.meet({ host: A, port: 5350 });
    await world.clock.advance(1_000);
    expect(b.list('_redis._tcp')).toEqual([]);
    b.ask({ host: A, port: 5350 });
    await world.clock.advance(100);
    expect(b.list('_redis._tcp')).toHaveLength(1);
  });
});

test('who comes again and again without showing that he is a member is told of once a minute for each address, and counted', async () => {
  const world = new PeerWorld();
  const told: PeerReceiver[] = [];
  const transport: PeerTransport = {
    dial: () => Promise.reject(new Error('nobody is there')),
    listen: async (port, receiver) => {
      told.push(receiver);
      return { port, close: async () => undefined };
    },
  };
  const a = world.create(A, [], { transport, isMesh: true });
  await world.start(a);
  const knock = (): void => {
    for (const receiver of told) for (const address of [B, C]) receiver.onStranger(address, 'it does not speak TLS');
  };
  for (let second = 0; second < 10; second++) knock();
  const reason = 'it does not speak TLS';
  expect(world.events.get(a)).toEqual([B, C].map((address) => ({ kind: 'peer-refused', address, reason })));
  await world.clock.advance(60_000);
  knock();
  expect(world.events.get(a)).toHaveLength(4);
  expect(a.counters.refusedLinks).toBe(22);
});

describe('in open mode a peer', () => {
  test('announces for itself only, at the address that it comes from', async () => {
    const world = new PeerWorld();
    const a = world.create(A);
    await world.start(a);
    const raw = await RawPeer.dial(world, B, A);
    raw.greet();
    const word = { seq: 1, age: 0, addresses: [C], services: [service('x')] } as const;
    raw.say({ kind: 'state', origin: STRANGER, ...word }, { kind: 'state', origin: 'e'.repeat(16), ...word });
    await world.clock.advance(10);
    const found = a.list('_redis._tcp');
    expect(found).toHaveLength(1);
    expect(found[0]?.addresses.map(({ address }) => address)).toEqual([B]);
    expect(a.counters.foreign).toBe(1);
  });

  test('that goes on speaking for others is sent away', async () => {
    const world = new PeerWorld();
    const a = world.create(A);
    await world.start(a);
    const raw = await RawPeer.dial(world, B, A);
    raw.greet();
    for (let seq = 1; seq < 40; seq++) raw.say({ kind: 'bye', origin: 'e'.repeat(16), seq });
    await world.clock.advance(10);
    expect(raw.ended).toBeDefined();
    expect(raw.heard.at(-1)).toEqual({ kind: 'refused', reason: 'it speaks for others' });
  });

  test("that takes another's number neither ends the other's link nor what it announces", async () => {
    const world = new PeerWorld();
    const [a, b] = [world.create(A), world.create(B, [A])];
    b.announce('1', service('true'));
    await world.start(a, b);
    const raw = await RawPeer.dial(world, C, A);
    raw.greet('2'.padStart(16, '0'));
    raw.say({ kind: 'bye', origin: '2'.padStart(16, '0'), seq: 1_000_000 });
    await world.clock.advance(30_000);
    expect(a.list('_redis._tcp').map(({ name }) => name)).toEqual(['true']);
    expect(world.events.get(b)?.map(({ kind }) => kind)).not.toContain('peer-lost');
  });

  test('who is not near is not let in', async () => {
    const world = new PeerWorld();
    const a = world.create(A, [], {
      judge: {
        isOwn: (address) => address === A,
        noteNamed: () => undefined,
        mayLink: (address) => address === B,
        mayDial: () => true,
        isUsable: () => true,
      },
    });
    await world.start(a);
    await expect(RawPeer.dial(world, C, A)).rejects.toThrow('ECONNREFUSED');
    expect((await RawPeer.dial(world, B, A)).ended).toBeUndefined();
    expect(a.counters.refusedLinks).toBe(1);
  });
});

describe('in a mesh', () => {
  test('what a node hears is passed on to who has no link with it, once, and so are its silence and its goodbye', async () => {
    const world = new PeerWorld();
    const isMesh = true;
    // B reaches both, A and C never each other.
    world.network.reaches = (from, to) => !(from === 'h1' && to === 'h3') && !(from === 'h3' && to === 'h1');
    const [a, b, c] = [
      world.create(A, [B], { isMesh }),
      world.create(B, [], { isMesh }),
      world.create(C, [B], { isMesh }),
    ];
    a.announce('1', service('one'));
    c.announce('1', service('three'));
    await world.start(a, b, c);
    expect(a.list('_redis._tcp').map(({ name }) => name)).toEqual(['three']);
    expect(c.list('_redis._tcp')).toMatchObject([{ name: 'one', addresses: [{ address: A }] }]);
    await world.clock.advance(60_000);
    expect(c.list('_redis._tcp')).toHaveLength(1);
    await a.close();
    await world.clock.advance(10);
    expect(c.list('_redis._tcp')).toEqual([]);
    world.network.findHost(C)?.switchOff();
    await world.clock.advance(10_000);
    expect(b.list('_redis._tcp')).toEqual([]);
  });

  test('goes nowhere round: in a ring each says what it knows once', async () => {
    const world = new PeerWorld();
    const isMesh = true;
    const count = 6;
    const areNeighbours = (from: string, to: string): boolean => {
      const apart = Math.abs(Number(from.slice(1)) - Number(to.slice(1)));
      return apart === 1 || apart === count - 1;
    };
    world.network.reaches = areNeighbours;
    const nodes = Array.from({ length: count }, (_, index) =>
      world.create(`10.0.0.${index + 1}`, [`10.0.0.${((index + 1) % count) + 1}`], { isMesh }),
    );
    for (const [index, node] of nodes.entries()) node.announce('1', service(`s${index}`));
    await world.start(...nodes);
    await world.clock.advance(5_000);
    for (const node of nodes) expect(node.list('_redis._tcp')).toHaveLength(count - 1);
    const before = world.network.traffic.lines;
    await world.clock.advance(60_000);
    // 24 beats of each of 6, over 6 links both ways at most.
    expect(world.network.traffic.lines - before).toBeLessThan(24 * count * 2 * count);
    await nodes[0]?.close();
    await world.clock.advance(10_000);
    for (const node of nodes.slice(1)) expect(node.list('_redis._tcp')).toHaveLength(count - 2);
  });
});

test('in a mesh nobody is believed of the addresses of this machine', async () => {
  const world = new PeerWorld();
  const a = world.create(A, [], { isMesh: true });
  await world.start(a);
  const raw = await RawPeer.dial(world, B, A);
  raw.greet();
  const word = { kind: 'state', origin: 'e'.repeat(16), seq: 1, age: 0, services: [service('x')] } as const;
  raw.say({ ...word, addresses: [A, '127.0.0.1'] });
  await world.clock.advance(10);
  expect(a.list('_redis._tcp')).toEqual([]);
  raw.say({ ...word, seq: 2, addresses: [A, C] });
  await world.clock.advance(10);
  expect(a.list('_redis._tcp')).toMatchObject([{ addresses: [{ address: C }] }]);
});

describe('who connects', () => {
  test('and says nothing is told nothing, and hung up on after 5 s', async () => {
    const world = new PeerWorld();
    const a = world.create(A);
    await world.start(a);
    const raw = await RawPeer.dial(world, B, A);
    await world.clock.advance(4_900);
    expect(raw.ended).toBeUndefined();
    await world.clock.advance(200);
    expect(raw.ended).toBeDefined();
    expect(raw.heard).toEqual([]);
  });

  test.each([
    ['speaks HTTP', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['speaks another version', '{"v":2,"kind":"hello"}\n'],
    ['says another line first', '{"v":1,"kind":"bye","origin":"ffffffffffffffff","seq":1}\n'],
    ['sends a first line without end', 'x'.repeat(MAX_FIRST_LINE_BYTES + 1)],
  ])('and %s is hung up on', async (_, text) => {
    const world = new PeerWorld();
    const a = world.create(A);
    await world.start(a);
    const raw = await RawPeer.dial(world, B, A);
    raw.say(text);
    await world.clock.advance(10);
    expect(raw.ended).toBeDefined();
    expect(raw.heard).toEqual([]);
  });

  test('often is not let in, and takes no place from others', async () => {
    const world = new PeerWorld();
    const a = world.create(A);
    await world.start(a);
    const all = await Promise.allSettled(Array.from({ length: 60 }, () => RawPeer.dial(world, B, A)));
    expect(all.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(4);
    const other = await RawPeer.dial(world, C, A);
    other.greet();
    await world.clock.advance(10);
    expect(other.heard[0]).toMatchObject({ kind: 'hello' });
  });

  test('from many addresses and says nothing makes room for who comes', async () => {
    const world = new PeerWorld();
    const a = world.create(A);
    await world.start(a);
    const silent: RawPeer[] = [];
    for (let host = 10; host < 60; host++) silent.push(await RawPeer.dial(world, `10.0.0.${host}`, A));
    expect(silent.filter(({ ended }) => ended === undefined)).toHaveLength(32);
    expect(silent[17]?.ended).toBeDefined();
    expect(silent[18]?.ended).toBeUndefined();
    const other = await RawPeer.dial(world, C, A);
    other.greet();
    await world.clock.advance(10);
    expect(other.heard[0]).toMatchObject({ kind: 'hello' });
  });

  test('and sends lines without end, or one that has none, is hung up on', async () => {
    const world = new PeerWorld();
    const a = world.create(A);
    await world.start(a);
    const flood = await RawPeer.dial(world, B, A);
    flood.greet();
    await world.clock.advance(10);
    flood.say('{"kind":"later"}\n'.repeat(3_000));
    const long = await RawPeer.dial(world, C, A);
    long.greet();
    await world.clock.advance(10);
    long.say('x'.repeat(MAX_LINE_BYTES + 1));
    await world.clock.advance(10);
    expect([flood.ended, long.ended]).not.toContain(undefined);
  });

  test('and speaks of kinds that nobody knows goes on being heard', async () => {
    const world = new PeerWorld();
    const a = world.create(A);
    await world.start(a);
    const raw = await RawPeer.dial(world, B, A);
    raw.greet();
    raw.say('{"kind":"removals","generation":1}\n', '{"kind":"beat"}\n', 'nonsense\n');
    raw.say({ kind: 'state', origin: STRANGER, seq: 1, age: 0, addresses: [], services: [service('x')] });
    await world.clock.advance(10);
    expect(a.list('_redis._tcp')).toHaveLength(1);
    expect(a.counters).toMatchObject({ unknown: 1, malformed: 2 });
  });
});

describe('an examination', () => {
  test('goes to the examiner with the address that is asked from, and its answers back; one at a time', async () => {
    const world = new PeerWorld();
    const asked: unknown[] = [];
    let finish = (): void => undefined;
    const a = world.create(A, [], {
      examiner: {
        examine: (line, asker, tell) => {
          asked.push([line.id, asker]);
          tell({ kind: 'outcome', id: line.id, way: 'dial', result: 'done' });
          return new Promise((resolve) => {
            finish = resolve;
          });
        },
      },
    });
    await world.start(a);
    const [raw, other] = [await RawPeer.dial(world, B, A), await RawPeer.dial(world, C, A)];
    raw.greet();
    other.greet('e'.repeat(16));
    // Whom he names beside himself is nothing.
    const line = `{"kind":"examine","id":"${STRANGER}","ways":["dial","dial"],"port":9,"host":"${C}","address":"${C}","asker":"${C}"}\n`;
    raw.say(line, line);
    await world.clock.advance(10);
    expect(asked).toEqual([[STRANGER, B]]);
    expect(raw.heard.slice(1)).toMatchObject([{ result: 'done' }, { result: 'refused' }]);
    finish();
    await world.clock.advance(10);
    const ask = async (peer: RawPeer): Promise<void> => {
      peer.say(line);
      await world.clock.advance(10);
      finish();
      await world.clock.advance(1);
    };
    for (let time = 0; time < 20; time++) await ask(raw);
    expect(asked).toHaveLength(6);
    // The limit is one for all.
    await ask(other);
    expect(asked).toHaveLength(6);
    expect(other.heard.at(-1)).toMatchObject({ result: 'refused', reason: 'it was asked too often; wait a minute' });
    await keepUp(world, 11_000, raw, other);
    for (const peer of [raw, other, raw]) await ask(peer);
    expect(asked).toHaveLength(7);
  });
});

describe('a port that is taken', () => {
  const portEvents = (world: PeerWorld, node: ReturnType<PeerWorld['create']>): readonly unknown[] =>
    world.events.get(node)?.filter(({ kind }) => kind.startsWith('peer-')) ?? [];

  test('by another program is told of once, another is taken, and the other program is left alone after some dials', async () => {
    const world = new PeerWorld();
    const a = world.create(A);
    let visits = 0;
    const program = await world.network
      .findHost(A)
      ?.createTransport()
      .listen(5350, {
        mayArrive: () => {
          visits += 1;
          return false;
        },
        onStream: () => undefined,
        onShown: () => undefined,
        onStranger: () => undefined,
      });
    const b = world.create(B);
    await world.start(a, b);
    a.announce('1', service('one'));
    b.meet({ host: A, port: a.port ?? 0 });
    await world.clock.advance(600_000);
    expect(b.list('_redis._tcp').map(({ name }) => name)).toEqual(['one']);
    expect(a.port).toBeGreaterThanOrEqual(40_000);
    expect(portEvents(world, a)).toEqual([
      { kind: 'peer-port', port: a.port, wanted: 5350, reason: 'EADDRINUSE' },
      expect.objectContaining({ kind: 'peer-linked' }),
    ]);
    expect(visits).toBeLessThanOrEqual(5);
    await program?.close();
    await world.clock.advance(3_000);
    expect(a.port).toBe(5350);
    expect(portEvents(world, a).slice(2)).toEqual([expect.objectContaining({ kind: 'peer-port', port: 5350 })]);
    await Promise.all([a.close(), b.close()]);
  });

  test('and none that is free: peers are dialled from here, which is said once, and a port is had when there is one', async () => {
    const world = new PeerWorld();
    const b = world.create(B);
    let isFull = true;
    const host = world.network.addHost('full', [A]);
    const transport = host.createTransport();
    const a = world.create(A, [B], {
      transport: {
        dial: transport.dial,
        listen: async (port, receiver) => {
          if (isFull) throw new Error('EMFILE');
          return transport.listen(port, receiver);
        },
      },
    });
    a.announce('1', service('one'));
    await world.start(b, a);
    await world.clock.advance(60_000);
    expect(a.port).toBeUndefined();
    expect(b.list('_redis._tcp')).toHaveLength(1);
    expect(portEvents(world, a)).toEqual([
      { kind: 'peer-port', port: undefined, wanted: 5350, reason: 'EMFILE' },
      expect.objectContaining({ kind: 'peer-linked' }),
    ]);
    isFull = false;
    await world.clock.advance(3_000);
    expect(a.port).toBe(5350);
    await Promise.all([a.close(), b.close()]);
  });
});

/** They live. */
async function keepUp(world: PeerWorld, ms: number, ...peers: readonly RawPeer[]): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1_000) {
    for (const peer of peers) peer.say('{"kind":"later"}\n');
    await world.clock.advance(1_000);
  }
}

test('in a mesh who is linked by several addresses is told of once, and lost by the one that was told', async () => {
  const world = new PeerWorld();
  world.network.addHost('both', [B, 'fe80::2%eth0']);
  const b = world.create(B, [], { isMesh: true });
  const a = world.create(A, [B, 'fe80::2%eth0'], { isMesh: true });
  await world.start(b, a);
  await world.clock.advance(10_000);
  await b.close();
  await world.clock.advance(1_000);
  const told = (world.events.get(a) ?? []).flatMap((event) =>
    event.kind === 'peer-linked' || event.kind === 'peer-lost' ? [[event.kind, event.address]] : [],
  );
  expect(told).toEqual([
    ['peer-linked', B],
    ['peer-lost', B],
  ]);
  await a.close();
});
