import { describe, expect, test } from 'vitest';
import type { PeerStream, PeerTransport } from '../src/link/peer-stream.ts';
import { decodeLine, encodeLine } from '../src/rules/line-text.ts';
import { ViewCalls } from '../src/view-calls.ts';
import { ASK_MS } from '../src/views.ts';
import { PeerWorld, service } from './peer-world.ts';

const [A, B, C] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'] as const;
const PLACE = { host: A, port: 5350 };

/** A machine at this address that may have no links. */
function createShower(
  world: PeerWorld,
  address: string,
  shows: () => Promise<object> = async () => ({ name: address }),
  transport?: Pick<PeerTransport, 'dial'>,
) {
  const host = world.network.findHost(address) ?? world.network.addHost(address, [address]);
  return new ViewCalls({
    version: '0.1.0',
    clock: world.clock,
    random: () => 0.5,
    transport: transport ?? host.createTransport('view'),
    describe: shows,
  });
}

async function createLooker(world: PeerWorld) {
  const looker = world.create(A, [], { isMesh: true, describe: async () => ({ name: 'a secret' }) });
  looker.announce('1', service('secret'));
  await world.start(looker);
  return looker;
}

/** Who shows itself and speaks as it likes. */
async function dial(world: PeerWorld, from: string) {
  const host = world.network.findHost(from) ?? world.network.addHost(from, [from]);
  const dialled = host.createTransport('view').dial(PLACE, new AbortController().signal);
  dialled.catch(() => undefined);
  await world.clock.advance(10);
  const stream: PeerStream = await dialled;
  let text = '';
  let ended = false;
  stream.open({
    data: (chunk) => {
      text += Buffer.from(chunk).toString();
    },
    ended: () => {
      ended = true;
    },
  });
  stream.write(encodeLine({ kind: 'hello', node: 'e'.repeat(16), version: '0.1.0', wall: 0 }));
  return {
    stream,
    isOver: () => ended,
    text: () => text,
    kinds: () =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map(decodeLine)
        .map((reading) => (reading.kind === 'line' ? reading.line.kind : reading.kind)),
  };
}

test('a machine without links is seen by who looks, as soon as he says so and until he ends', async () => {
  const world = new PeerWorld();
  const looker = await createLooker(world);
  let rounds = 0;
  const shower = createShower(world, B, async () => ({ name: 'b', rounds }));
  const end = looker.look(() => undefined);
  shower.call(PLACE, 'looker');
  await world.clock.advance(50);
  expect(looker.listViews()).toMatchObject([{ address: B, shows: { name: 'b', rounds: 0 } }]);
  rounds = 1;
  await world.clock.advance(10 * ASK_MS);
  expect(looker.listViews()).toMatchObject([{ shows: { rounds: 1 } }]);
  expect([looker.listLinks(), world.events.get(looker)]).toEqual([[], []]);
  end();
  await world.clock.advance(1_000);
  const sent = world.network.traffic.lines;
  await world.clock.advance(60_000);
  expect(looker.listViews()).toEqual([]);
  expect(world.network.traffic.lines).toBe(sent);
});

test('it is not seen any more when it ends', async () => {
  const world = new PeerWorld();
  const looker = await createLooker(world);
  const shower = createShower(world, B);
  const end = looker.look(() => undefined);
  shower.call(PLACE, 'looker');
  await world.clock.advance(50);
  expect(looker.listViews()).toHaveLength(1);
  shower.close();
  await world.clock.advance(50);
  expect(looker.listViews()).toEqual([]);
  end();
});

test('nothing is under way when it has ended: what was dialled is given up, and nobody is called at any more', async () => {
  const world = new PeerWorld();
  const looker = await createLooker(world);
  const end = looker.look(() => undefined);
  const host = world.network.addHost(B, [B]);
  const signals: AbortSignal[] = [];
  const transport = host.createTransport('view');
  const shower = createShower(world, B, undefined, {
    dial: (place, signal) => {
      signals.push(signal);
      return transport.dial(place, signal);
    },
  });
  const silent = { host: C, port: 5350 };
  const before = world.clock.pendingTimers;
  shower.call(silent, 'silent');
  await world.clock.advance(0);
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  shower.close();
  shower.call(PLACE, 'looker');
  shower.close();
  await world.clock.advance(50);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  expect(world.clock.pendingTimers).toBe(before);
  expect(looker.listViews()).toEqual([]);
  end();
});

describe('who comes to show itself', () => {
  test('learns nothing of others, whatever it asks', async () => {
    const world = new PeerWorld();
    const looker = await createLooker(world);
    const member = world.create(C, [A], { isMesh: true, describe: async () => ({ name: 'c secret' }) });
    member.announce('1', service('secret2'));
    await world.start(member);
    const end = looker.look(() => undefined);
    const guest = await dial(world, B);
    guest.stream.write(
      encodeLine({ kind: 'look' }) +
        encodeLine({ kind: 'peers', peers: [] }) +
        encodeLine({ kind: 'looking', looker: 'f'.repeat(16), port: 80 }),
    );
    await world.clock.advance(5 * ASK_MS);
    expect(new Set(guest.kinds())).toEqual(new Set(['hello', 'look']));
    expect(guest.text()).not.toContain('secret');
    expect(guest.text()).not.toContain(C);
    expect(looker.listLinks()).toHaveLength(1);
    end();
  });

  test('is sent away while nobody looks', async () => {
    const world = new PeerWorld();
    const looker = await createLooker(world);
    const guest = await dial(world, B);
    await world.clock.advance(10);
    expect(guest.isOver()).toBe(true);
    guest.stream.write(encodeLine({ kind: 'view', shows: { name: 'b' } }));
    const end = looker.look(() => undefined);
    await world.clock.advance(5 * ASK_MS);
    expect([guest.text(), looker.listViews()]).toEqual(['', []]);
    end();
  });

  test('is sent away when it shows itself without end', async () => {
    const world = new PeerWorld();
    const looker = await createLooker(world);
    const calls: number[] = [];
    const end = looker.look(() => calls.push(0));
    const guest = await dial(world, B);
    for (let round = 0; round < 1_000; round++) guest.stream.write(encodeLine({ kind: 'view', shows: { round } }));
    await world.clock.advance(50);
    expect(guest.isOver()).toBe(true);
    expect(calls.length).toBeLessThan(12);
    expect(looker.listViews()).toEqual([]);
    end();
  });

  test('has few places, of one address and in all, and takes none from members', async () => {
    const world = new PeerWorld();
    const looker = await createLooker(world);
    const end = looker.look(() => undefined);
    for (let at = 0; at < 12; at++) createShower(world, B).call(PLACE, `b${at}`);
    await world.clock.advance(500);
    expect(looker.listViews()).toHaveLength(8);
    for (let at = 0; at < 80; at++) createShower(world, `10.1.0.${at}`).call(PLACE, `${at}`);
    await world.clock.advance(500);
    expect(looker.listViews()).toHaveLength(64);
    const proxy = world.createDeaf(C, { isMesh: true, describe: async () => ({ name: 'c' }) });
    await world.start(proxy);
    proxy.hearLook(PLACE, 'looker');
    await world.clock.advance(500);
    expect(looker.listViews()[0]).toMatchObject({ address: C, shows: { name: 'c' } });
    end();
  });

  test('is hung up on when it says nothing', async () => {
    const world = new PeerWorld();
    const looker = await createLooker(world);
    const end = looker.look(() => undefined);
    const guest = await dial(world, B);
    await world.clock.advance(30_000);
    expect(guest.isOver()).toBe(true);
    end();
  });
});

test('eight who look are called at a time, and each once in ten seconds', async () => {
  const world = new PeerWorld();
  const shower = createShower(world, B);
  const count = (): number => [...world.network.dialled].filter(([place]) => place.startsWith('10.2.')).length;
  for (let at = 0; at < 20; at++) {
    for (let looker = 0; looker < 20; looker++) shower.call({ host: `10.2.0.${looker}`, port: 5350 }, `${looker}`);
    await world.clock.advance(100);
  }
  expect(count()).toBe(8);
  await world.clock.advance(3_000);
  const again = (): number | undefined => {
    shower.call({ host: '10.2.0.0', port: 5350 }, '0');
    return world.network.dialled.get('10.2.0.0 5350');
  };
  expect(again()).toBe(1);
  await world.clock.advance(4_800);
  expect(again()).toBe(1);
  await world.clock.advance(200);
  expect(again()).toBe(2);
});

test('who says without end that somebody looks has few dialled', async () => {
  const world = new PeerWorld();
  const shower = createShower(world, B);
  for (let second = 0; second < 60; second++) {
    for (let at = 0; at < 50; at++) shower.call({ host: `10.2.${second}.${at}`, port: 5350 }, `${second} ${at}`);
    await world.clock.advance(1_000);
  }
  const dials = [...world.network.dialled.keys()].filter((place) => place.startsWith('10.2.'));
  expect(dials.length).toBeGreaterThan(8);
  expect(dials.length).toBeLessThanOrEqual(8 + 60);
});
