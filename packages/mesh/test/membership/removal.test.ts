import type { Leg } from '@mdns-ambassador/relay';
import { RelayError } from '@mdns-ambassador/relay';
import { describe, expect, test, vi } from 'vitest';
import type { KeyRing } from '../../src/key-ring.ts';
import { cutBundle } from '../../src/keys/bundle.ts';
import { admitMachine, MEMBERSHIP_MS } from '../../src/membership/admit.ts';
import { createMachineKey, type MachineKey } from '../../src/membership/machine-key.ts';
import type { May } from '../../src/membership/may.ts';
import { parseMembership } from '../../src/membership/membership.ts';
import { writeNotices } from '../../src/membership/write-notices.ts';
import { Mesh } from '../../src/mesh.ts';
import { type Arrived, MeshPeers } from '../../src/peer/mesh-peers.ts';
import { MemoryLeg } from '../leg-pair.ts';
import { createDialler, createRing, dialOnce, exchange, TestAnnouncer, TestClock } from '../mesh-fixture.ts';

const ALL: May = { kind: 'all' };
const ring = createRing();
const laptopKey = createMachineKey();

async function admit(name: string, may = ALL, key: MachineKey = createMachineKey()): Promise<KeyRing> {
  const membership = parseMembership(await admitMachine(ring, key, { name, may, now: Date.now() }));
  return { kind: 'member', key, membership };
}

function createMesh(its: KeyRing, name = 'keeper'): Mesh & { readonly clock: TestClock } {
  const clock = new TestClock();
  return Object.assign(new Mesh(its, { clock, machine: { name, id: name } }), { clock });
}

const laptop = await admit('laptop', ALL, laptopKey);
const desk = await admit('desk');

function say(mesh: Mesh, kind: 'removed' | 'restored', keyId = laptopKey.id): void {
  const notices = writeNotices(ring, mesh.notices.list, { kind, machine: keyId, name: 'laptop', at: Date.now() });
  expect(mesh.notices.take(notices.map(({ text }) => text)).news).toHaveLength(1);
}

async function connect(announcing: Mesh, proxying: Mesh): Promise<Leg | RelayError> {
  const announcer = await TestAnnouncer.open(announcing);
  return dialOnce(createDialler(proxying, { dial: announcer.dial }).dialler);
}

function isRefused(leg: Leg | RelayError): boolean {
  return leg instanceof RelayError;
}

test('a machine that was removed is refused at the door, and what it had open there is cut; others lose nothing', async () => {
  const mesh = createMesh(ring);
  const announcer = await TestAnnouncer.open(mesh);
  const [theirs, others] = await Promise.all(
    [laptop, desk].map((one) => dialOnce(createDialler(createMesh(one), { dial: announcer.dial }).dialler)),
  );
  if (theirs === undefined || others === undefined || theirs instanceof RelayError) throw new Error('both are let in');
  expect(await exchange(theirs, 'hello')).toBe('hello');
  const isCut = new Promise((resolve) => theirs.once('close', resolve));
  theirs.on('error', () => undefined);
  say(mesh, 'removed');
  const late = await dialOnce(createDialler(createMesh(laptop), { dial: announcer.dial }).dialler);
  expect(isRefused(late)).toBe(true);
  await vi.waitFor(() => expect(announcer.events.at(-1)?.reason).toContain('laptop, which was removed from the mesh'));
  await mesh.clock.advance(100);
  await isCut;
  expect(await exchange(others, 'hello')).toBe('hello');
  expect(isRefused(await dialOnce(createDialler(createMesh(desk), { dial: announcer.dial }).dialler))).toBe(false);
});

test('it serves nobody who knows of that, and what others had open with it is cut', async () => {
  const proxying = createMesh(desk);
  const announcer = await TestAnnouncer.open(createMesh(laptop));
  const { dialler, quarantined } = createDialler(proxying, { dial: announcer.dial });
  const leg = await dialOnce(dialler);
  if (leg instanceof RelayError) throw leg;
  leg.on('error', () => undefined);
  const isCut = new Promise((resolve) => leg.once('close', resolve));
  say(proxying, 'removed');
  await proxying.clock.advance(100);
  await isCut;
  expect(isRefused(await dialOnce(dialler))).toBe(true);
  expect(quarantined[0]?.reason).toContain('laptop, which was removed from the mesh');
});

test('it has no peer links, and those that it had are cut after it could hear of it', async () => {
  const mesh = createMesh(ring);
  const [peers, theirs] = [new MeshPeers({ mesh }), new MeshPeers({ mesh: createMesh(laptop) })];
  const [client, server] = MemoryLeg.pair();
  const [leg] = await Promise.all([
    theirs.connect(client, '10.99.0.1:5350', new AbortController().signal),
    peers.accept(server, '10.99.0.2'),
  ]);
  leg.on('error', () => undefined);
  const isCut = new Promise((resolve) => leg.once('close', resolve));
  say(mesh, 'removed');
  await mesh.clock.advance(99);
  expect(leg.destroyed).toBe(false);
  await mesh.clock.advance(1);
  await isCut;
  peers.close();
  theirs.close();
});

test('who is removed and comes for a peer link is handed to who tells it so, with what the keeper said of it alone', async () => {
  const mesh = createMesh(ring);
  say(mesh, 'removed');
  say(mesh, 'removed', 'b'.repeat(40));
  const [peers, theirs] = [new MeshPeers({ mesh }), new MeshPeers({ mesh: createMesh(laptop) })];
  const [client, server] = MemoryLeg.pair();
  const [, arrived] = await Promise.all([
    theirs.connect(client, '10.99.0.1:5350', new AbortController().signal),
    peers.accept(server, '10.99.0.2'),
  ]);
  expect(arrived).toMatchObject({
    kind: 'removed',
    reason: 'laptop was removed from the mesh',
    notice: mesh.notices.list.removalOf(laptopKey.id)?.text,
  });
  expect(mesh.company.list()).toEqual([]);
  client.destroy();
  peers.close();
  theirs.close();
});

test('a machine that only proxies hears at the door that it was removed, in words of a keeper, and nothing of others', async () => {
  const reaches = await admit('laptop', { kind: 'some', announce: [], proxy: ['redis'] }, laptopKey);
  for (const its of [laptop, reaches]) {
    const [mesh, theirs] = [createMesh(ring), createMesh(its)];
    say(mesh, 'removed', 'b'.repeat(40));
    say(mesh, 'removed');
    expect(theirs.removal).toBeUndefined();
    const refused = await connect(mesh, theirs);
    expect(refused).toMatchObject({ code: 'MESH_DENIED' });
    expect(String(refused)).toContain('refuses this machine, which was removed from the mesh');
    expect(theirs.removal).toMatchObject({ name: 'laptop', kind: 'removed' });
    expect(theirs.notices.list.size).toBe(1);
  }
});

test('an announcer that was removed hears it from who would have been its client, and nothing of others', async () => {
  const offers = await admit('laptop', { kind: 'some', announce: ['redis'], proxy: [] }, laptopKey);
  for (const its of [laptop, offers]) {
    const [theirs, proxying] = [createMesh(its), createMesh(desk)];
    say(proxying, 'removed', 'b'.repeat(40));
    say(proxying, 'removed');
    expect(isRefused(await connect(theirs, proxying))).toBe(true);
    await vi.waitFor(() => expect(theirs.removal).toMatchObject({ name: 'laptop' }));
    expect(theirs.notices.list.size).toBe(1);
    expect(proxying.company.list()).toEqual([]);
  }
});

test('what a removed machine says when it hears that is taken in by nobody', async () => {
  const [mesh, theirs] = [createMesh(ring), createMesh(laptop)];
  say(theirs, 'removed', 'c'.repeat(40));
  say(mesh, 'removed');
  expect(isRefused(await connect(mesh, theirs))).toBe(true);
  expect(mesh.notices.isRemoved('c'.repeat(40))).toBe(false);
});

test('who was refused is dialled at once when it is in the mesh again', async () => {
  const [mesh, theirs] = [createMesh(ring), createMesh(laptop)];
  say(mesh, 'removed');
  const announcer = await TestAnnouncer.open(mesh);
  const { dialler } = createDialler(theirs, { dial: announcer.dial });
  expect(await dialOnce(dialler)).toMatchObject({ code: 'MESH_DENIED' });
  say(mesh, 'restored');
  expect(await dialOnce(dialler)).toMatchObject({ code: 'MESH_QUARANTINE' });
  theirs.notices.take(mesh.notices.texts);
  expect(isRefused(await dialOnce(dialler))).toBe(false);
});

test('another name does not help it, nor less that it may do: its key is refused', async () => {
  const mesh = createMesh(ring);
  say(mesh, 'removed');
  const reaches: May = { kind: 'some', announce: [], proxy: ['redis'] };
  for (const again of [await admit('phone', ALL, laptopKey), await admit('phone', reaches, laptopKey)]) {
    expect(isRefused(await connect(mesh, createMesh(again)))).toBe(true);
  }
  expect(isRefused(await connect(mesh, createMesh(await admit('laptop'))))).toBe(false);
});

test('it removes nobody, and lets nobody in: it has no mesh key', async () => {
  const mesh = createMesh(ring);
  const [forged] = writeNotices(createRing(), mesh.notices.list, {
    kind: 'removed',
    machine: 'a'.repeat(40),
    name: 'desk',
    at: 0,
  });
  const text = forged?.text.replace(/^\S+/, mesh.ids[0] ?? '') ?? '';
  expect(mesh.notices.take([text])).toEqual({ news: [], forged: 1 });
  await expect(
    admitMachine(laptop, createMachineKey(), { name: 'friend', may: ALL, now: Date.now() }),
  ).rejects.toMatchObject({ code: 'NOT_ENTITLED' });
});

test('who knows of it tells that in the handshake to who was away, whichever dials, also where one may do a single thing alone', async () => {
  const offers = await admit('offers', { kind: 'some', announce: ['redis'], proxy: [] });
  const reaches = await admit('reaches', { kind: 'some', announce: [], proxy: ['redis'] });
  for (const [announcing, proxying] of [
    [offers, desk],
    [ring, reaches],
    [offers, reaches],
  ] as const) {
    for (const knows of ['announcer', 'proxy'] as const) {
      const [announcer, proxy] = [createMesh(announcing), createMesh(proxying)];
      say(knows === 'announcer' ? announcer : proxy, 'removed');
      const leg = await connect(announcer, proxy);
      expect(await exchange(leg, 'hello')).toBe('hello');
      expect([announcer.notices.isRemoved(laptopKey.id), proxy.notices.isRemoved(laptopKey.id)]).toEqual([true, true]);
    }
  }
});

test('who is removed and is told so in the handshake by its own announcer, or tells that itself, is not served', async () => {
  const [mesh, theirs] = [createMesh(ring), createMesh(laptop)];
  say(theirs, 'removed');
  expect(isRefused(await connect(mesh, theirs))).toBe(true);
  const [announcing, proxying] = [createMesh(laptop), createMesh(desk)];
  say(announcing, 'removed');
  expect(isRefused(await connect(announcing, proxying))).toBe(true);
  expect(proxying.notices.isRemoved(laptopKey.id)).toBe(true);
});

test('who tells forgeries in the handshake is believed nothing, and who tells nonsense is sent away', async () => {
  const mesh = createMesh(ring);
  const theirs = createMesh(desk);
  const [word] = writeNotices(createRing(), mesh.notices.list, {
    kind: 'removed',
    machine: laptopKey.id,
    name: 'x',
    at: 0,
  });
  for (const text of [word?.text.replace(/^\S+/, mesh.ids[0] ?? '') ?? '', 'x'.repeat(240)]) {
    Object.defineProperty(theirs.notices, 'texts', { value: [text], configurable: true });
    Object.defineProperty(theirs.notices, 'digest', { value: '9-abcdef01', configurable: true });
    await mesh.clock.advance(3_000);
    expect(await exchange(await connect(mesh, theirs), 'hello')).toBe('hello');
    expect(mesh.notices.list.size).toBe(0);
  }
  expect(mesh.notices.counters.forged).toBe(2);
  Object.defineProperty(theirs.notices, 'texts', { value: ['two\nlines'] });
  expect(isRefused(await connect(mesh, theirs))).toBe(true);
});

test('a keeper that is removed is refused as that machine, and under another name is in the mesh: the key is to be rotated', async () => {
  const [mesh, cellar] = [createMesh(ring), createMesh(ring, 'cellar')];
  for (const keyId of cellar.self?.keyIds ?? []) say(mesh, 'removed', keyId);
  expect(isRefused(await connect(mesh, cellar))).toBe(true);
  expect(isRefused(await connect(mesh, createMesh(ring, 'attic')))).toBe(false);
  for (const keyId of cellar.self?.keyIds ?? []) say(mesh, 'restored', keyId);
  expect(isRefused(await connect(mesh, createMesh(ring, 'cellar')))).toBe(false);
});

test('one that may reach a service is served by a token for it, which knows of no removals, and by no machine', async () => {
  const reaches = await admit('laptop', { kind: 'some', announce: [], proxy: ['redis'] }, laptopKey);
  const token = new Mesh(
    { kind: 'bundle', bundle: await cutBundle([ring.current], 'announce', 'redis') },
    {
      clock: new TestClock(),
    },
  );
  const mesh = createMesh(ring);
  say(mesh, 'removed');
  expect(isRefused(await connect(mesh, createMesh(reaches)))).toBe(true);
  expect(token.notices.canVerify).toBe(false);
  expect(isRefused(await connect(token, createMesh(reaches)))).toBe(false);
});

test('it is served again once that is undone', async () => {
  const mesh = createMesh(ring);
  say(mesh, 'removed');
  say(mesh, 'restored');
  expect(isRefused(await connect(mesh, createMesh(laptop)))).toBe(false);
});

test('one that knows of it refuses the moment it starts, also as a member', async () => {
  const mesh = createMesh(desk);
  say(mesh, 'removed');
  expect(isRefused(await connect(mesh, createMesh(laptop)))).toBe(true);
  expect(isRefused(await connect(createMesh(laptop), mesh))).toBe(true);
});

describe('a machine with rights for one service shows itself', () => {
  const SOME: May = { kind: 'some', announce: [], proxy: ['redis'] };

  async function show(
    as: Mesh,
    to: Mesh,
  ): Promise<readonly [PromiseSettledResult<Leg>, PromiseSettledResult<Arrived>]> {
    const [client, server] = [new MeshPeers({ mesh: as, role: 'view' }), new MeshPeers({ mesh: to })];
    const [dialled, accepted] = MemoryLeg.pair();
    const connecting = client.connect(dialled, '10.99.0.1:5350', new AbortController().signal);
    // As a socket ends when the other one does.
    connecting.catch(() => accepted.destroy());
    try {
      return await Promise.allSettled([connecting, server.accept(accepted, '10.99.0.2')]);
    } finally {
      client.close();
      server.close();
    }
  }

  test('to keepers and to members with the whole mesh, as who shows itself and no peer', async () => {
    const phone = await admit('phone', SOME);
    for (const to of [ring, desk]) {
      const [dialled, accepted] = await show(createMesh(phone, 'phone'), createMesh(to));
      expect(dialled.status).toBe('fulfilled');
      expect(accepted).toMatchObject({ status: 'fulfilled', value: { kind: 'shown' } });
    }
  });

  test('and has no peer links', async () => {
    const phone = await admit('phone', SOME);
    const peers = new MeshPeers({ mesh: createMesh(phone, 'phone') });
    const [dialled] = MemoryLeg.pair();
    const link = peers.connect(dialled, '10.99.0.1:5350', new AbortController().signal);
    await expect(link).rejects.toMatchObject({ code: 'NOT_ENTITLED' });
  });

  test('to no stranger, to nobody of its own kind, and not with a token', async () => {
    const phone = await admit('phone', SOME);
    const bundle = await cutBundle([ring.current], 'proxy', 'redis');
    for (const [as, to] of [
      [phone, createRing()],
      [await admit('other', SOME), phone],
      [{ kind: 'bundle', bundle } as const, ring],
    ] as const) {
      const results = await show(createMesh(as, 'phone'), createMesh(to));
      expect(results.some(({ status }) => status === 'fulfilled')).toBe(false);
    }
  });

  test('not when it has been removed, of which it is told; and to nobody who has', async () => {
    const phone = await admit('phone', SOME, laptopKey);
    const keeper = createMesh(ring);
    say(keeper, 'removed');
    const [, accepted] = await show(createMesh(phone, 'phone'), keeper);
    expect(accepted).toMatchObject({ status: 'fulfilled', value: { kind: 'removed' } });
    const knowing = createMesh(await admit('knowing', SOME), 'knowing');
    say(knowing, 'removed');
    const [dialled] = await show(knowing, createMesh(laptop, 'laptop'));
    expect(dialled).toMatchObject({ status: 'rejected', reason: { code: 'MESH_IDENTITY' } });
  });

  test('not when its membership has ended; and to nobody whose has', async () => {
    const admitLongAgo = async (name: string, may: May): Promise<KeyRing> => {
      const key = createMachineKey();
      const now = Date.now() - MEMBERSHIP_MS - 86_400_000;
      const membership = parseMembership(await admitMachine(ring, key, { name, may, now }));
      return { kind: 'member', key, membership };
    };
    const [, accepted] = await show(createMesh(await admitLongAgo('phone', SOME), 'phone'), createMesh(ring));
    const reason = { code: 'MESH_IDENTITY', message: expect.stringContaining('certificate has expired') };
    expect(accepted).toMatchObject({ status: 'rejected', reason });
    const looker = createMesh(await admitLongAgo('desk', ALL), 'desk');
    const [dialled] = await show(createMesh(await admit('phone', SOME), 'phone'), looker);
    expect(dialled).toMatchObject({ status: 'rejected', reason });
  });
});
