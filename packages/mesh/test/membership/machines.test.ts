import { connect, createServer } from 'node:tls';
import { type Leg, RelayError } from '@mdns-ambassador/relay';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { KeyRing } from '../../src/key-ring.ts';
import { cutBundle } from '../../src/keys/bundle.ts';
import { ALPN } from '../../src/member.ts';
import { admitMachine } from '../../src/membership/admit.ts';
import { createMachineKey } from '../../src/membership/machine-key.ts';
import type { May } from '../../src/membership/may.ts';
import { parseMembership } from '../../src/membership/membership.ts';
import { Mesh } from '../../src/mesh.ts';
import { MeshPeers } from '../../src/peer/mesh-peers.ts';
import type { Caller } from '../../src/server/caller.ts';
import { derToPem } from '../../src/x509.ts';
import { MemoryLeg, readAll } from '../leg-pair.ts';
import { createDialler, createRing, dialOnce, exchange, TestAnnouncer, TestClock } from '../mesh-fixture.ts';

const ALL: May = { kind: 'all' };
const PLACE = '10.99.0.1:5350';
const ring = createRing();
const { current: previous } = createRing();

async function admit(name: string, may: May, by = ring): Promise<KeyRing> {
  const key = createMachineKey();
  const now = Date.now();
  return { kind: 'member', key, membership: parseMembership(await admitMachine(by, key, { name, may, now })) };
}

async function cut(role: 'announce' | 'proxy', by: readonly (typeof previous)[] = [ring.current]): Promise<KeyRing> {
  return { kind: 'bundle', bundle: await cutBundle(by, role, 'redis') };
}

function createMesh(its: KeyRing, name = 'keeper-1'): Mesh {
  return new Mesh(its, { clock: new TestClock(), machine: { name, id: name } });
}

/** Who the two ends take each other for: machine names, `nameless`, or the code of what failed. */
async function meet(announcing: Mesh, proxying: Mesh, meshId?: string): Promise<readonly unknown[]> {
  const announcer = await TestAnnouncer.open(announcing);
  const callers: Caller[] = [];
  const { serve } = announcer;
  announcer.serve = (caller) => {
    callers.push(caller);
    serve(caller);
  };
  const { dialler } = createDialler(proxying, { dial: announcer.dial });
  const found: string[] = [];
  proxying.company.onMeeting(({ identity }) => found.push(identity.machine ?? identity.kind));
  const leg = await dialOnce(dialler, meshId);
  if (leg instanceof RelayError) return [leg.code, announcer.events];
  expect(await exchange(leg, 'hello')).toBe('hello');
  return [callers.map(({ identity }) => identity.machine ?? identity.kind).join(), found.join()];
}

const whole = await admit('whole', ALL);
const offers = await admit('offers', { kind: 'some', announce: ['redis'], proxy: [] });
const reaches = await admit('reaches', { kind: 'some', announce: [], proxy: ['redis'] });
const announceToken = await cut('announce');
const proxyToken = await cut('proxy');

describe('at a handshake either end shows which machine it is', () => {
  test.each([
    ['keepers', ring, ring, 'keeper-2', 'keeper-1'],
    ['a keeper and a member', ring, whole, 'whole', 'keeper-1'],
    ['a member and a keeper', whole, ring, 'keeper-2', 'whole'],
    ['members', whole, whole, 'whole', 'whole'],
    ['those who may do one thing each', offers, reaches, 'reaches', 'offers'],
    ['one that may do one thing and a member', offers, whole, 'whole', 'offers'],
    ['a member and one that may do one thing', whole, reaches, 'reaches', 'whole'],
    ['a keeper and one that may do one thing', ring, reaches, 'reaches', 'keeper-1'],
    ['one that may do one thing and a keeper', offers, ring, 'keeper-2', 'offers'],
  ])('%s', async (_, announcing, proxying, caller, callee) => {
    expect(await meet(createMesh(announcing, 'keeper-1'), createMesh(proxying, 'keeper-2'))).toEqual([caller, callee]);
  });

  test('a machine that is restarted shows the same key, and another another', async () => {
    const keyIds: string[] = [];
    for (const name of ['one', 'one', 'two']) {
      const mesh = createMesh(ring, name);
      const announcer = await TestAnnouncer.open(mesh);
      const proxying = createMesh(whole);
      proxying.company.onMeeting(({ identity }) => keyIds.push(identity.keyId));
      await dialOnce(createDialler(proxying, { dial: announcer.dial }).dialler);
    }
    expect(keyIds[0]).toBe(keyIds[1]);
    expect(keyIds[0]).not.toBe(keyIds[2]);
  });
});

describe('who knows no machines (a token, a former version)', () => {
  test.each([
    ['is reached by a keeper', announceToken, ring, 'nameless', 'nameless'],
    ['reaches a keeper', ring, proxyToken, 'nameless', 'nameless'],
    ['is reached by one that may reach it', announceToken, reaches, 'nameless', 'nameless'],
    ['reaches one that may offer it', offers, proxyToken, 'nameless', 'nameless'],
  ])('%s', async (_, announcing, proxying, caller, callee) => {
    const [announcer, proxy] = [createMesh(announcing), createMesh(proxying)];
    expect(await meet(announcer, proxy)).toEqual([caller, callee]);
    expect(await meet(announcer, proxy, announcer.ids[0])).toEqual([caller, callee]);
  });

  test('is reached without a second handshake once that is known', async () => {
    const announcer = await TestAnnouncer.open(createMesh(announceToken));
    const { dialler } = createDialler(createMesh(ring), { dial: announcer.dial, protocols: [ALPN] });
    for (const legs of [4, 6]) {
      await exchange(await dialOnce(dialler), 'hello');
      expect(announcer.legs).toHaveLength(legs);
    }
  });

  test.each([
    ['old', [previous], [previous], undefined],
    ['both', [ring.current, previous], [previous], 'previous'],
    ['both', [ring.current, previous], [ring.current], undefined],
    ['new', [ring.current], [ring.current, previous], undefined],
    ['old', [previous], [ring.current, previous], undefined],
  ] as const)('and has the %s key, is reached during a rotation', async (_, theirs, [current, before], asked) => {
    const mine =
      before === undefined
        ? ({ kind: 'keys', current } as const)
        : { kind: 'keys' as const, current, previous: before };
    const announcer = createMesh(await cut('announce', theirs));
    const proxy = createMesh(mine);
    const hint = asked === undefined ? undefined : proxy.ids[0];
    expect(await meet(announcer, proxy, hint)).toEqual(['nameless', 'nameless']);
  });

  test('and one that may use the whole mesh do not know each other', async () => {
    expect((await meet(createMesh(announceToken), createMesh(whole)))[0]).toBe('MESH_IDENTITY');
    expect((await meet(createMesh(whole), createMesh(proxyToken)))[0]).toBe('MESH_IDENTITY');
  });
});

test.each(['old', 'both', 'new'] as const)(
  'a member of a mesh that is being rotated meets keepers of the %s key',
  async (keys) => {
    const rotated = { kind: 'keys', current: ring.current, previous } as const;
    const rings: Readonly<Record<string, KeyRing>> = {
      old: { kind: 'keys', current: previous },
      both: rotated,
      new: ring,
    };
    const member = await admit('laptop', ALL, rotated);
    const its = rings[keys] ?? ring;
    expect(await meet(createMesh(its), createMesh(member))).toEqual(['laptop', 'keeper-1']);
    expect(await meet(createMesh(member), createMesh(its))).toEqual(['keeper-1', 'laptop']);
  },
);

describe('a machine that may not', () => {
  test('announce is not taken for an announcer', async () => {
    if (reaches.kind !== 'member') throw new Error('it was let in');
    const [client, server] = MemoryLeg.pair();
    // What it would show if it might announce.
    const [{ certificate }] = reaches.membership.parts;
    const tls = createServer({
      cert: derToPem(certificate),
      key: reaches.key.privateKey.export({ format: 'pem', type: 'pkcs8' }),
      minVersion: 'TLSv1.3',
      ALPNProtocols: ['ambassador/1'],
    });
    tls.on('tlsClientError', () => undefined);
    tls.emit('connection', server);
    const { dialler, quarantined } = createDialler(createMesh(ring), { dial: async () => client });
    expect(await dialOnce(dialler)).toMatchObject({ code: 'MESH_IDENTITY' });
    expect(quarantined[0]?.reason).toContain('is reaches, which may reach redis, and not announce redis');
  });

  test('reach a service is refused, by name', async () => {
    const other = await admit('other', { kind: 'some', announce: ['redis'], proxy: ['web'] });
    const announcer = await TestAnnouncer.open(createMesh(ring));
    await expect(createMesh(other).join('proxy', 'redis')).rejects.toMatchObject({ code: 'NOT_ENTITLED' });
    // By hand: it shows its certificate, and asks.
    const member = await createMesh(other).join('proxy', 'web');
    onTestFinished(() => member.close());
    const papers = member.papers(undefined, 'machine');
    const socket = connect({
      ...papers.tls,
      socket: announcer.connect(),
      servername: `${papers.standing.meshId}.machine.ambassador`,
      ALPNProtocols: ['ambassador/1'],
      checkServerIdentity: () => undefined,
    });
    socket.on('error', () => undefined);
    await readAll(socket);
    const reason = 'it is other, which may announce redis and reach web, and not reach redis';
    await expect.poll(() => announcer.events).toMatchObject([{ reason }]);
  });
});

describe('a machine that was removed', () => {
  test('is refused at the door, and not dialled through', async () => {
    const keeper = createMesh(ring);
    keeper.company.judgeBy(({ machine }) => machine === 'whole');
    const [code, events] = await meet(keeper, createMesh(whole));
    expect(code).toBe('MESH_DENIED');
    await expect.poll(() => events).toMatchObject([{ reason: 'it is whole, which was removed from the mesh' }]);
    expect((await meet(createMesh(whole), keeper))[0]).toBe('MESH_IDENTITY');
  });

  test('is refused as well where it shows itself as a former version would', async () => {
    const token = createMesh(announceToken);
    const keyIds: string[] = [];
    token.company.onMeeting(({ identity }) => keyIds.push(identity.keyId));
    await meet(token, createMesh(reaches));
    expect(keyIds).toEqual([reaches.kind === 'member' ? reaches.key.id : '']);
    token.company.judgeBy(({ keyId }) => keyIds.includes(keyId));
    expect((await meet(token, createMesh(reaches)))[0]).toBe('MESH_DENIED');
  });

  test('has its connections cut, at both ends, and nobody else', async () => {
    const keeper = createMesh(ring);
    const announcer = await TestAnnouncer.open(keeper);
    const gone = createDialler(createMesh(whole), { dial: announcer.dial });
    const stays = createDialler(createMesh(reaches), { dial: announcer.dial });
    const [cutLeg, keptLeg] = [await dialOnce(gone.dialler), await dialOnce(stays.dialler)];
    await exchange(cutLeg, 'hello');
    expect(keeper.company.list().map(({ machine }) => machine)).toEqual(['whole', 'reaches']);
    keeper.company.judgeBy(({ machine }) => machine === 'whole');
    expect(keeper.company.dismiss()).toBe(1);
    await expect.poll(() => (cutLeg as Leg).destroyed).toBe(true);
    expect(await exchange(keptLeg, 'hello')).toBe('hello');
    expect(keeper.company.list().map(({ machine }) => machine)).toEqual(['reaches']);
  });
});

describe('peer links', () => {
  async function link(dialling: Mesh, accepting: Mesh): Promise<readonly string[]> {
    const [dialled, accepted] = MemoryLeg.pair();
    const [client, server] = [new MeshPeers({ mesh: dialling }), new MeshPeers({ mesh: accepting })];
    onTestFinished(() => {
      dialled.destroy();
      accepted.destroy();
      client.close();
      server.close();
    });
    const met: string[] = [];
    for (const mesh of [dialling, accepting]) mesh.company.onMeeting(({ identity }) => met.push(`${identity.machine}`));
    const results = await Promise.allSettled([
      client.connect(dialled, PLACE, new AbortController().signal),
      server.accept(accepted, '10.99.0.2'),
    ]);
    return results.map((result, index) => (result.status === 'fulfilled' ? (met[index] ?? '') : result.reason.code));
  }

  test('are between keepers and those who may use the whole mesh, who know each other by name', async () => {
    expect((await link(createMesh(ring, 'keeper-1'), createMesh(whole))).toSorted()).toEqual(['keeper-1', 'whole']);
    expect((await link(createMesh(whole), createMesh(ring, 'keeper-1'))).toSorted()).toEqual(['keeper-1', 'whole']);
  });

  test('are not for those who may do a few things', async () => {
    expect((await link(createMesh(reaches), createMesh(ring)))[0]).toBe('NOT_ENTITLED');
  });

  test('are not for who was removed', async () => {
    const keeper = createMesh(ring);
    keeper.company.judgeBy(({ machine }) => machine === 'whole');
    expect((await link(keeper, createMesh(whole)))[0]).toBe('MESH_IDENTITY');
  });
});
