import { describe, expect, test } from 'vitest';
import { MAX_VIEW_LENGTH } from '../src/rules/line.ts';
import { decodeLine } from '../src/rules/line-text.ts';
import { ASK_MS, STALE_MS } from '../src/views.ts';
import { PeerWorld, RawPeer, service } from './peer-world.ts';

const [A, B, C] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'] as const;

function createPair(isMesh: boolean) {
  const world = new PeerWorld();
  const shown = { value: { name: 'b', rounds: 0 } };
  const a = world.create(A, [], { isMesh });
  const b = world.create(B, [A], { isMesh, describe: async () => shown.value });
  return { world, shown, a, b };
}

describe('in a mesh', () => {
  test('who looks sees what the others show, soon after it has changed, and nothing of who has left', async () => {
    const { world, shown, a, b } = createPair(true);
    await world.start(a, b);
    let calls = 0;
    const end = a.look(() => {
      calls += 1;
    });
    await world.clock.advance(20);
    expect(a.listViews()).toMatchObject([{ address: B, shows: { name: 'b', rounds: 0 } }]);
    shown.value = { name: 'b', rounds: 1 };
    await world.clock.advance(ASK_MS);
    expect(a.listViews()).toMatchObject([{ shows: { rounds: 1 } }]);
    await world.clock.advance(10 * ASK_MS);
    expect(calls).toBe(2);
    await b.close();
    await world.clock.advance(20);
    expect(a.listViews()).toEqual([]);
    end();
  });

  test('who looks hears of a change at once, of many together once a second, and who has looked of none', async () => {
    const { world, shown, a, b } = createPair(true);
    await world.start(a, b);
    const change = (): void => {
      shown.value = { name: 'b', rounds: shown.value.rounds + 1 };
      b.change();
    };
    change();
    await world.clock.advance(1_000);
    const before = b.counters.linesSent;
    change();
    await world.clock.advance(100);
    expect(b.counters.linesSent).toBe(before);
    let calls = 0;
    const end = a.look(() => {
      calls += 1;
    });
    await world.clock.advance(2 * ASK_MS + 20);
    calls = 0;
    change();
    await world.clock.advance(60);
    expect(calls).toBe(1);
    expect(a.listViews()).toMatchObject([{ shows: shown.value }]);
    for (let round = 0; round < 100; round++) {
      change();
      await world.clock.advance(50);
    }
    // Each answer to a question brings what is new as well.
    expect(calls).toBeLessThanOrEqual(1 + 5_000 / ASK_MS + 5 + 2);
    end();
    await world.clock.advance(3_000);
    const after = b.counters.linesSent;
    change();
    await world.clock.advance(100);
    expect(b.counters.linesSent).toBe(after);
    await b.close();
    const timers = world.clock.pendingTimers;
    change();
    expect(world.clock.pendingTimers).toBe(timers);
  });

  test('nothing is sent for it while nobody looks, before and after', async () => {
    const { world, a, b } = createPair(true);
    const other = createPair(true);
    await world.start(a, b);
    await other.world.start(other.a, other.b);
    const sent = (): readonly number[] => [a, b, other.a, other.b].map(({ counters }) => counters.linesSent);
    // The second pair never looks.
    const end = a.look(() => undefined);
    await world.clock.advance(3 * ASK_MS);
    await other.world.clock.advance(3 * ASK_MS);
    end();
    await world.clock.advance(100);
    await other.world.clock.advance(100);
    const [before = [], timers] = [sent(), [world, other.world].map(({ clock }) => clock.pendingTimers)];
    await world.clock.advance(60_000);
    await other.world.clock.advance(60_000);
    const after = sent().map((lines, index) => lines - (before[index] ?? 0));
    expect([after[0], after[1]]).toEqual([after[2], after[3]]);
    expect(timers[0]).toBe(timers[1]);
  });

  test('who shows the same says so in few bytes', async () => {
    const { world, shown, a, b } = createPair(true);
    shown.value = { name: 'x'.repeat(50_000), rounds: 0 };
    await world.start(a, b);
    const end = a.look(() => undefined);
    await world.clock.advance(50 * ASK_MS);
    expect(b.counters.bytesSent).toBeGreaterThan(50_000);
    expect(b.counters.bytesSent).toBeLessThan(60_000);
    end();
  });

  test('who asks too often is answered twice a second', async () => {
    const { world, b } = createPair(true);
    await world.start(b);
    const raw = await RawPeer.dial(world, C, B);
    raw.greet();
    for (let round = 0; round < 100; round++) {
      raw.say({ kind: 'look' });
      await world.clock.advance(50);
    }
    const views = raw.heard.filter(({ kind }) => kind === 'view');
    expect(views.length).toBeGreaterThan(5);
    expect(views.length).toBeLessThanOrEqual(16);
  });

  test('who was met by multicast is asked over a link of its own, which ends with the look and of which nobody is told', async () => {
    const world = new PeerWorld();
    const [a, b, c] = [A, B, C].map((address) =>
      world.create(address, [], { isMesh: true, describe: async () => ({ address }) }),
    );
    if (a === undefined || b === undefined || c === undefined) throw new Error('no node');
    for (const [id, node] of [a, b, c].entries()) {
      node.announce('1', service(`s${id}`));
      node.hearByMulticast(3);
    }
    await world.start(a, b, c);
    for (const host of [B, C]) a.meet({ host, port: 5350 });
    await world.clock.advance(2_000);
    expect(b.listLinks()).toEqual([]);
    const end = a.look(() => undefined);
    await world.clock.advance(2_000);
    expect(
      a
        .listViews()
        .map(({ address }) => address)
        .toSorted(),
    ).toEqual([B, C]);
    expect(a.listLinks()).toEqual([]);
    end();
    await world.clock.advance(2_000);
    expect([a, b, c].map((node) => node.listLinks().length)).toEqual([0, 0, 0]);
    expect(world.network.dialled.get(`${C} 5350`)).toBe(1);
    expect(a.listViews()).toEqual([]);
  });

  test('a crowd of places where nobody is keeps nobody from being asked, and is dialled a few at a time', async () => {
    const world = new PeerWorld();
    const [a, b] = [A, B].map((address) => world.create(address, [], { isMesh: true, describe: async () => ({}) }));
    if (a === undefined || b === undefined) throw new Error('no node');
    for (const node of [a, b]) node.hearByMulticast(3);
    await world.start(a, b);
    for (let at = 0; at < 300; at++) a.meet({ host: `10.1.${at >> 8}.${at & 255}`, port: 5350 });
    a.meet({ host: B, port: 5350 });
    const end = a.look(() => undefined);
    const dials = (): number => [...world.network.dialled.values()].reduce((sum, count) => sum + count, 0);
    expect(dials()).toBeLessThanOrEqual(24);
    await world.clock.advance(60_000);
    expect(a.listViews().map(({ address }) => address)).toEqual([B]);
    end();
  });

  test.each([true, false])(
    'who listens nowhere shows itself to who says that he looks, of which nobody else is told, until the look ends; he listens: %s',
    async (listens) => {
      const world = new PeerWorld();
      const change = { isMesh: true, describe: async () => ({ name: 'a' }) };
      const looker = listens ? world.create(A, [], change) : world.createDeaf(A, change);
      const proxy = world.createDeaf(B, { isMesh: true, describe: async () => ({ name: 'b' }) });
      for (const node of [looker, proxy]) node.hearByMulticast(3);
      await world.start(looker, proxy);
      const guests = await looker.receiveGuests();
      const place = { host: A, port: guests.port };
      const end = looker.look(() => undefined);
      for (let said = 0; said < 3; said++) {
        proxy.hearLook(place, 'looker');
        await world.clock.advance(4_000);
      }
      expect(looker.listViews()).toMatchObject([{ address: B, shows: { name: 'b' } }]);
      expect([looker.listLinks(), proxy.listLinks()]).toEqual([[], []]);
      expect(world.network.dialled.get(`${A} ${place.port}`)).toBe(1);
      const sent = world.network.traffic.lines;
      end();
      await guests.close();
      await world.clock.advance(60_000);
      expect(looker.listViews()).toEqual([]);
      expect(world.network.traffic.lines - sent).toBeLessThan(5);
      expect([...(world.events.get(looker) ?? []), ...(world.events.get(proxy) ?? [])]).toEqual([]);
    },
  );

  test('that somebody looks passes over peer links to whom no multicast reaches, once, and not to who is asked anyway', async () => {
    const world = new PeerWorld();
    const describe = async (): Promise<object> => ({ name: 'proxy' });
    const named = [{ host: A, port: 5350 }];
    const hub = world.create(A, [], { isMesh: true, describe });
    const looker = world.createDeaf(B, { isMesh: true, describe, named });
    const proxy = world.createDeaf(C, { isMesh: true, describe, named });
    await world.start(hub, looker, proxy);
    await world.clock.advance(5_000);
    expect([hub, looker, proxy].map((node) => node.listLinks().length)).toEqual([2, 1, 1]);
    const guests = await looker.receiveGuests();
    const end = looker.look(() => undefined);
    looker.tellLook('e'.repeat(16), guests.port);
    await world.clock.advance(2_000);
    const addresses = looker.listViews().map(({ address }) => address);
    expect(addresses.toSorted()).toEqual([A, C]);
    expect(world.network.dialled.get(`${B} ${guests.port}`)).toBe(1);
    expect(hub.counters.linesSent).toBeLessThan(40);
    end();
    await guests.close();
  });

  test('a peer is believed four times at once that somebody looks, and once a second, of no forbidden place, and what it passes on goes no further', async () => {
    const world = new PeerWorld();
    const come = await RawPeer.listen(world, B);
    const describe = async (): Promise<object> => ({});
    const judge = {
      isOwn: (address: string) => address === C,
      noteNamed: () => undefined,
      mayLink: () => true,
      mayDial: (address: string) => address !== '169.254.169.254',
      isUsable: () => true,
    };
    const proxy = world.createDeaf(C, { isMesh: true, describe, judge, named: [{ host: B, port: 5350 }] });
    await world.start(proxy);
    come[0]?.greet();
    await world.clock.advance(100);
    const dialled = (): number => [...world.network.dialled.keys()].filter((place) => place.startsWith('10.3.')).length;
    let looker = 0;
    const sayMany = (host: string): void => {
      for (let time = 0; time < 20; time++) {
        looker += 1;
        const id = looker.toString(16).padStart(16, '0');
        come[0]?.say({ kind: 'looking', looker: id, port: 5_000, host: host.replace('X', `${looker}`) });
      }
    };
    sayMany('10.3.0.X');
    await world.clock.advance(100);
    expect(dialled()).toBe(4);
    await world.clock.advance(1_000);
    sayMany('10.3.0.X');
    await world.clock.advance(100);
    expect(dialled()).toBe(5);
    await world.clock.advance(4_000);
    sayMany('169.254.169.254');
    await world.clock.advance(100);
    expect(come[0]?.ended).toBeUndefined();
    expect(world.network.dialled.has('169.254.169.254 5000')).toBe(false);

    const hub = world.create(A, [], { isMesh: true, describe });
    const other = world.createDeaf('10.0.0.9', { isMesh: true, describe, named: [{ host: A, port: 5350 }] });
    await world.start(hub, other);
    const raw = await RawPeer.dial(world, '10.0.0.8', A);
    raw.greet('e'.repeat(16));
    raw.say(
      { kind: 'looking', looker: 'c'.repeat(16), port: 5_001 },
      { kind: 'looking', looker: 'd'.repeat(16), port: 5_000, host: '10.4.0.1' },
    );
    await world.clock.advance(1_000);
    expect(world.network.dialled.get('10.0.0.8 5001')).toBe(1);
    expect(world.network.dialled.has('10.4.0.1 5000')).toBe(false);
  });

  test('who says without end over a link that somebody looks has few lines passed on, and dials of forbidden places none', async () => {
    const world = new PeerWorld();
    const describe = async (): Promise<object> => ({});
    const hub = world.create(A, [], { isMesh: true, describe });
    const proxy = world.createDeaf(C, { isMesh: true, describe, named: [{ host: A, port: 5350 }] });
    await world.start(hub, proxy);
    const raw = await RawPeer.dial(world, B, A);
    raw.greet();
    const before = proxy.counters.linesReceived;
    for (let round = 0; round < 500; round++) {
      const looker = round.toString(16).padStart(16, '0');
      raw.say(
        { kind: 'looking', looker, port: 5_000 + round },
        { kind: 'looking', looker, port: 80, host: '127.0.0.1' },
      );
      await world.clock.advance(20);
    }
    // Beats are among them.
    expect(proxy.counters.linesReceived - before).toBeLessThan(40);
    expect([...world.network.dialled.keys()].filter((place) => place.startsWith('127.'))).toEqual([]);
  });

  test('who says that somebody looks has few dialled, and nobody who shows nothing, or may be asked himself', async () => {
    const world = new PeerWorld();
    const describe = async (): Promise<object> => ({});
    const proxy = world.createDeaf(A, { isMesh: true, describe });
    const listening = world.create(B, [], { isMesh: true, describe });
    await world.start(proxy, listening);
    for (let second = 0; second < 60; second++) {
      for (let at = 0; at < 50; at++) {
        proxy.hearLook({ host: `10.1.${second}.${at}`, port: 5350 }, `${second} ${at}`);
        listening.hearLook({ host: `10.2.${second}.${at}`, port: 5350 }, `${second} ${at}`);
      }
      await world.clock.advance(1_000);
    }
    const dialled = [...world.network.dialled].filter(([place]) => place.startsWith('10.1.'));
    expect(dialled.length).toBeGreaterThan(8);
    expect(dialled.length).toBeLessThanOrEqual(8 + 60);
    expect([...world.network.dialled].some(([place]) => place.startsWith('10.2.'))).toBe(false);
  });

  test('who comes to look is no link, and where too many do they are sent away', async () => {
    const world = new PeerWorld();
    const node = world.create(A, [], { isMesh: true, describe: async () => ({ name: 'a' }) });
    await world.start(node);
    const raw = await RawPeer.dial(world, C, A);
    raw.say({ kind: 'hello', node: 'f'.repeat(16), version: '0.1.0', wall: 0, visit: true }, { kind: 'look' });
    await world.clock.advance(100);
    expect(raw.heard.map(({ kind }) => kind)).toEqual(['hello', 'view']);
    expect([node.listLinks(), world.events.get(node)]).toEqual([[], []]);
    await world.clock.advance(20_000);
    expect(raw.ended).toBeDefined();
    const counted = world.clock.pendingTimers;
    await world.clock.advance(20_000);
    expect(world.clock.pendingTimers).toBe(counted);
  });

  test('who is silent is not shown any more', async () => {
    const { world, a, b } = createPair(true);
    await world.start(a, b);
    const end = a.look(() => undefined);
    await world.clock.advance(1_000);
    world.network.findHost(B)?.switchOff();
    await world.clock.advance(STALE_MS);
    expect(a.listViews()).toEqual([]);
    end();
  });
});

test('in open mode nobody asks, and who asks hears nothing', async () => {
  const { world, a, b } = createPair(false);
  await world.start(a, b);
  const end = a.look(() => undefined);
  const raw = await RawPeer.dial(world, C, B);
  raw.greet();
  raw.say({ kind: 'look' });
  await world.clock.advance(5_000);
  expect(a.listViews()).toEqual([]);
  expect(raw.heard.some(({ kind }) => kind === 'view')).toBe(false);
  end();
});

test('a view that is none, or too large, is no line', () => {
  const read = (shows: unknown): string => decodeLine(JSON.stringify({ kind: 'view', shows })).kind;
  expect([read({ a: 1 }), read(undefined)]).toEqual(['line', 'line']);
  expect([read('x'), read([1]), read(null), read({ a: 'x'.repeat(MAX_VIEW_LENGTH) })]).toEqual(
    Array.from({ length: 4 }, () => 'malformed'),
  );
});
