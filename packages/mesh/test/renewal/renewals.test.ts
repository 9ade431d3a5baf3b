import type { Leg } from '@mdns-ambassador/relay';
import { describe, expect, onTestFinished, test } from 'vitest';
import { formatKeyRing, type KeyRing, listMeshIds } from '../../src/key-ring.ts';
import { cutBundle } from '../../src/keys/bundle.ts';
import { admitMachine, MEMBERSHIP_MS } from '../../src/membership/admit.ts';
import type { MachineIdentity } from '../../src/membership/machine-identity.ts';
import { createMachineKey } from '../../src/membership/machine-key.ts';
import type { May } from '../../src/membership/may.ts';
import { parseMembership } from '../../src/membership/membership.ts';
import { Mesh } from '../../src/mesh.ts';
import { MeshPeers } from '../../src/peer/mesh-peers.ts';
import { isDue, warnOfEnd } from '../../src/renewal/due.ts';
import { Renewals } from '../../src/renewal/renewals.ts';
import { MemoryLeg, readAll } from '../leg-pair.ts';
import { createDialler, createRing, dialOnce, TestAnnouncer, TestClock } from '../mesh-fixture.ts';

const DAY_MS = 86_400_000;
const ALL: May = { kind: 'all' };
const FEW: May = { kind: 'some', announce: ['redis'], proxy: ['redis'] };
const PLACE = '10.99.0.1:5350';
const ring = createRing();
const { current: previous } = createRing();

type MemberRing = KeyRing & { readonly kind: 'member' };

async function admit(may: May, now: number, by: KeyRing = ring): Promise<MemberRing> {
  const key = createMachineKey();
  return {
    kind: 'member',
    key,
    membership: parseMembership(await admitMachine(by, key, { name: 'laptop', may, now })),
  };
}

function identityOf({ membership }: MemberRing): MachineIdentity {
  return membership.parts[0].identity;
}

/** A machine or a keeper whose time the test makes. */
class Side {
  readonly clock = new TestClock();
  readonly renewals: Renewals;
  ring: KeyRing;
  now = 0;

  constructor(its: KeyRing) {
    this.ring = its;
    this.clock.wallClock = () => this.now;
    this.renewals = new Renewals({ ring: () => this.ring, clock: this.clock, nameOf: () => undefined });
    this.renewals.onRenewed((renewed) => {
      this.ring = renewed;
    });
  }

  get member(): MemberRing {
    if (this.ring.kind !== 'member') throw new Error('a machine that was let in');
    return this.ring;
  }

  /** A keeper is met. */
  async meet(keeper: Side): Promise<void> {
    const shown = identityOf(this.member);
    if (!keeper.renewals.wants(shown)) return;
    const text = await keeper.renewals.issue({ identity: shown, publicKey: this.member.key.publicKey });
    // Of two keys it shows the one that the other knows.
    const meshId = listMeshIds(keeper.ring).find((id) => listMeshIds(this.ring).includes(id)) ?? '';
    this.renewals.take(text ?? '', { ...shown, kind: 'keeper', machine: 'h1', meshId });
  }
}

describe('in a virtual year', () => {
  test.each([ALL, FEW])(
    'no membership ends where a keeper is met once a month, and nothing is to be told: $kind',
    async (may) => {
      const start = Date.parse('2026-01-01T00:00:00Z');
      const [laptop, keeper] = [new Side(await admit(may, start)), new Side(ring)];
      let renewed = 0;
      for (let day = 0; day <= 366; day++) {
        const now = start + day * DAY_MS;
        laptop.now = now;
        keeper.now = now;
        const before = identityOf(laptop.member);
        expect(warnOfEnd(before.expiresAt, now)).toEqual({ kind: 'none' });
        if (day % 30 !== 29) continue;
        await laptop.meet(keeper);
        if (identityOf(laptop.member).serial !== before.serial) renewed += 1;
      }
      expect(renewed).toBeGreaterThan(4);
      expect(identityOf(laptop.member)).toMatchObject({ machine: 'laptop', may, keyId: laptop.member.key.id });
    },
  );

  test('a machine that asks without end has a keeper sign six times an hour, and holds up no other', async () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    const [keeper, laptop, desk] = [new Side(ring), await admit(ALL, now), await admit(ALL, now)];
    keeper.now = now;
    const ask = async (its: MemberRing): Promise<boolean> =>
      (await keeper.renewals.issue({ identity: identityOf(its), publicKey: its.key.publicKey })) !== undefined;
    const answers: boolean[] = [];
    for (let asked = 0; asked < 10; asked++) answers.push(await ask(laptop));
    expect(answers.filter(Boolean)).toHaveLength(6);
    expect(await ask(desk)).toBe(true);
    await keeper.clock.advance(3_600_000);
    expect(await ask(laptop)).toBe(true);
  });

  test('it is told weeks before one ends where no keeper is met, each day another number', async () => {
    const start = Date.parse('2026-01-01T00:00:00Z');
    const { expiresAt } = identityOf(await admit(ALL, start));
    const told = Array.from({ length: 92 }, (_, day) => warnOfEnd(expiresAt, start + day * DAY_MS));
    expect(told.slice(0, 61)).toEqual(Array.from({ length: 61 }, () => ({ kind: 'none' })));
    expect(told[61]).toEqual({ kind: 'ends', days: 29 });
    expect(told[89]).toEqual({ kind: 'ends', days: 1 });
    expect(told[90]).toEqual({ kind: 'ended' });
  });

  test('a machine comes along where the mesh key is rotated, and forgets the previous one', async () => {
    const laptop = new Side(await admit(ALL, 0, { kind: 'keys', current: previous }));
    const keeper = new Side({ kind: 'keys', current: ring.current, previous });
    laptop.now = DAY_MS;
    keeper.now = DAY_MS;
    await laptop.meet(keeper);
    expect(listMeshIds(laptop.ring)).toEqual(listMeshIds(keeper.ring));
    keeper.ring = ring;
    laptop.now = keeper.now = 2 * DAY_MS + 1;
    const shown: MachineIdentity = {
      ...identityOf(laptop.member),
      kind: 'keeper',
      machine: 'h1',
      keyId: 'of the keeper',
    };
    expect(laptop.renewals.wants(shown)).toBe(true);
    const text = await keeper.renewals.issue({
      identity: identityOf(laptop.member),
      publicKey: laptop.member.key.publicKey,
    });
    expect(laptop.renewals.take(text ?? '', shown)).toBe(true);
    expect(listMeshIds(laptop.ring)).toEqual(listMeshIds(ring));
  });
});

describe('a membership is not taken', () => {
  test('of who is no keeper of the mesh, for another key, of another authority, or when it is older', async () => {
    const laptop = new Side(await admit(ALL, 10 * DAY_MS));
    const before = formatKeyRing(laptop.ring);
    const shown = identityOf(laptop.member);
    const keeper: MachineIdentity = { ...shown, kind: 'keeper', machine: 'h1' };
    const text = async (by: KeyRing, now: number, key = laptop.member.key): Promise<string> =>
      admitMachine(by, key, { name: 'laptop', may: ALL, now });
    expect(laptop.renewals.take(await text(ring, 11 * DAY_MS), { ...keeper, kind: 'member' })).toBe(false);
    expect(laptop.renewals.take(await text(ring, 11 * DAY_MS), { ...keeper, meshId: '0'.repeat(16) })).toBe(false);
    expect(laptop.renewals.take(await text(ring, 11 * DAY_MS, createMachineKey()), keeper)).toBe(false);
    expect(laptop.renewals.take(await text({ kind: 'keys', current: previous }, 11 * DAY_MS), keeper)).toBe(false);
    expect(laptop.renewals.take(await text(ring, 9 * DAY_MS), keeper)).toBe(false);
    expect(() => laptop.renewals.take('ambm1_AAAA', keeper)).toThrow(
      expect.objectContaining({ code: 'MALFORMED_KEY' }),
    );
    expect(formatKeyRing(laptop.ring)).toBe(before);
    expect(laptop.renewals.take(await text(ring, 11 * DAY_MS), keeper)).toBe(true);
  });

  test('of who has the previous mesh key alone, once the machine has its part of the new one', async () => {
    const laptop = new Side(await admit(ALL, 0, { kind: 'keys', current: ring.current, previous }));
    const before = formatKeyRing(laptop.ring);
    const [now, then] = listMeshIds(laptop.ring);
    laptop.now = 40 * DAY_MS;
    const { current: thiefs } = createRing();
    const late: MachineIdentity = { ...identityOf(laptop.member), kind: 'keeper', machine: 'h1', meshId: then ?? '' };
    for (const peer of [late, { ...late, next: 'f'.repeat(16) }]) expect(laptop.renewals.wants(peer)).toBe(false);
    for (const by of [
      { kind: 'keys', current: previous },
      { kind: 'keys', current: thiefs, previous },
    ] as const) {
      const text = await admitMachine(by, laptop.member.key, { name: 'laptop', may: ALL, now: laptop.now });
      expect(laptop.renewals.take(text, late)).toBe(false);
    }
    expect(formatKeyRing(laptop.ring)).toBe(before);
    expect(laptop.renewals.wants({ ...late, meshId: now ?? '' })).toBe(true);
  });

  test('is not given by who is no keeper, nor to who has none', async () => {
    const laptop = new Side(await admit(ALL, 0));
    const bundle = await cutBundle([ring.current], 'proxy', 'redis');
    const peer = { identity: identityOf(laptop.member), publicKey: laptop.member.key.publicKey };
    expect(await laptop.renewals.issue(peer)).toBeUndefined();
    expect(await new Side({ kind: 'bundle', bundle }).renewals.issue(peer)).toBeUndefined();
    const nameless = { ...peer, identity: { ...peer.identity, kind: 'nameless', machine: undefined } as const };
    expect(await new Side(ring).renewals.issue(nameless)).toBeUndefined();
  });
});

describe('over a connection of its own', () => {
  /** A machine whose membership ends in 50 days, and a keeper. */
  async function arrange(
    may: May,
  ): Promise<{ laptop: Mesh; keeper: Mesh; before: MachineIdentity; renewed: KeyRing[] }> {
    const its = await admit(may, Date.now() - 40 * DAY_MS);
    const laptop = new Mesh(its, { clock: new TestClock() });
    const keeper = new Mesh(ring, { clock: new TestClock(), machine: { name: 'h1', id: 'h1' } });
    const renewed: KeyRing[] = [];
    laptop.renewals.onRenewed((fresh) => {
      renewed.push(fresh);
      void laptop.change(fresh);
    });
    return { laptop, keeper, before: identityOf(its), renewed };
  }

  function expectRenewed({ renewed, before }: Awaited<ReturnType<typeof arrange>>): Promise<void> {
    return expect
      .poll(() => renewed.map((its) => its.kind === 'member' && identityOf(its)))
      .toEqual([
        {
          ...before,
          serial: expect.not.stringMatching(before.serial),
          expiresAt: expect.toSatisfy((at: number) => at - Date.now() > MEMBERSHIP_MS - DAY_MS),
        },
      ]);
  }

  test.each([ALL, FEW])('the machine has it of a keeper that it dials: $kind', async (may) => {
    const sides = await arrange(may);
    const announcer = await TestAnnouncer.open(sides.keeper);
    const { dialler } = createDialler(sides.laptop, { dial: announcer.dial });
    expect(await dialOnce(dialler)).not.toBeInstanceOf(Error);
    await expectRenewed(sides);
    expect(announcer.events).toEqual([]);
    // Once is enough.
    expect(await dialOnce(dialler)).not.toBeInstanceOf(Error);
    expect(announcer.legs).toHaveLength(6);
  });

  test.each([ALL, FEW])('a keeper that dials the machine brings it: $kind', async (may) => {
    const sides = await arrange(may);
    const announcer = await TestAnnouncer.open(sides.laptop);
    const { dialler } = createDialler(sides.keeper, { dial: announcer.dial });
    expect(await dialOnce(dialler)).not.toBeInstanceOf(Error);
    await expectRenewed(sides);
    expect(announcer.events).toEqual([]);
  });

  test('a machine has its part of a mesh key that was rotated of a keeper that it dials', async () => {
    const old: KeyRing = { kind: 'keys', current: previous };
    const laptop = new Mesh(await admit(ALL, Date.now(), old), { clock: new TestClock() });
    laptop.renewals.onRenewed((fresh) => void laptop.change(fresh));
    const keeper = new Mesh({ kind: 'keys', current: ring.current, previous }, { clock: new TestClock() });
    const announcer = await TestAnnouncer.open(keeper);
    const { dialler } = createDialler(laptop, { dial: announcer.dial });
    expect(await dialOnce(dialler)).not.toBeInstanceOf(Error);
    await expect.poll(() => laptop.ids).toEqual(keeper.ids);
  });

  test.each(['laptop', 'keeper'] as const)('%s dials a peer link, and it is had beside that', async (who) => {
    const sides = await arrange(ALL);
    const legs: Leg[] = [];
    const server = new MeshPeers({ mesh: who === 'laptop' ? sides.keeper : sides.laptop });
    const dial = async (): Promise<Leg> => {
      const [dialled, accepted] = MemoryLeg.pair();
      legs.push(dialled, accepted);
      server.accept(accepted, '10.99.0.2').catch(() => undefined);
      return dialled;
    };
    const client = new MeshPeers({ mesh: sides[who], dial });
    onTestFinished(() => {
      for (const leg of legs) leg.destroy();
      client.close();
      server.close();
    });
    const link = await client.connect(await dial(), PLACE, new AbortController().signal);
    await expectRenewed(sides);
    expect(link.destroyed).toBe(false);
    expect(legs).toHaveLength(4);
  });

  test('who was removed has none', async () => {
    const sides = await arrange(ALL);
    const announcer = await TestAnnouncer.open(sides.keeper);
    sides.keeper.company.judgeBy(({ machine }) => machine === 'laptop');
    const { dialler } = createDialler(sides.laptop, { dial: announcer.dial });
    expect(await dialOnce(dialler)).toMatchObject({ code: 'MESH_DENIED' });
    await expect.poll(() => announcer.legs.every((leg) => leg.destroyed)).toBe(true);
    expect(sides.renewed).toEqual([]);
  });

  test('that says anything else the machine keeps what it has', async () => {
    const sides = await arrange(ALL);
    const [mine, theirs] = MemoryLeg.pair();
    const identity: MachineIdentity = { ...sides.before, kind: 'keeper', machine: 'h1' };
    const { publicKey } = createMachineKey();
    const exchanged = sides.laptop.renewals.exchange(mine, { identity, publicKey }, new AbortController().signal);
    theirs.write(`${'x'.repeat(100_000)}\n`);
    await exchanged;
    await readAll(theirs);
    expect(sides.renewed).toEqual([]);
    expect(mine.destroyed).toBe(true);
  });
});

test('what is due is what ends within 60 days', () => {
  expect([60, 59].map((days) => isDue(days * DAY_MS, 0))).toEqual([false, true]);
});
