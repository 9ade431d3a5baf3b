import { type KeyRing, MeshKey, NoticeList, type Seen, writeNotices } from '@mdns-ambassador/mesh';
import { describe, expect, test } from 'vitest';
import { describeMachines, findMachine, type MeshFacts } from '../../../src/commands/mesh/machines.ts';
import { formatMembers, membersToJson } from '../../../src/commands/mesh/members.ts';
import type { OpenMesh } from '../../../src/commands/mesh/mesh-task.ts';
import { describeTold, sayOf } from '../../../src/commands/mesh/spread.ts';

const RING: KeyRing & { readonly kind: 'keys' } = { kind: 'keys', current: new MeshKey(Buffer.alloc(32, 1)) };
const NOW = Date.parse('2026-11-28T12:00:00Z');
const HOUR_MS = 3_600_000;
const [OWN, LAPTOP, DESK, ATTIC] = ['0', 'a', 'b', 'c'].map((digit) => digit.repeat(40)) as [
  string,
  string,
  string,
  string,
];

function seen(machine: string | undefined, keyId: string, change: Partial<Seen> = {}): Seen {
  const may = { kind: 'all' } as const;
  const kind = machine === undefined ? 'nameless' : 'member';
  return { machine, keyId, kind, may, place: '10.0.0.7', seenAt: NOW - HOUR_MS, expiresAt: NOW, ...change };
}

function say(list: NoticeList, kind: 'removed' | 'restored' | 'named', machine: string, name: string): NoticeList {
  return list.merge(writeNotices(RING, list, { kind, machine, name, at: NOW - HOUR_MS }));
}

function describeWith(change: Partial<MeshFacts>): ReturnType<typeof describeMachines> {
  const self = { kind: 'keeper', machine: 'h1', keyIds: [OWN], may: { kind: 'all' } } as const;
  return describeMachines({ ring: RING, list: NoticeList.EMPTY, self, seen: [], contacts: [], now: NOW, ...change });
}

describe('the machines of a mesh', () => {
  test('are who was seen, who is reached and this one, as keepers call them, without those that are removed', () => {
    const removed = say(say(NoticeList.EMPTY, 'removed', ATTIC, 'attic'), 'named', LAPTOP, 'toms');
    const identity = { ...seen('desk', DESK), machine: 'desk', meshId: '1'.repeat(16), serial: '01' };
    const { machines, nameless } = describeWith({
      list: removed,
      seen: [
        seen('laptop', LAPTOP),
        seen('attic', ATTIC),
        seen('desk', DESK),
        seen(undefined, '', { place: '10.0.0.9' }),
      ],
      contacts: [
        { identity, address: '10.0.0.2', isTold: true },
        { identity: undefined, address: '10.0.0.3', isTold: true },
        { identity: { ...identity, kind: 'nameless', machine: undefined }, address: '10.0.0.4', isTold: false },
      ],
    });
    expect(machines.map(({ name, isReached, isSelf, place }) => [name, isReached, isSelf, place])).toEqual([
      ['desk', true, false, '10.0.0.2'],
      ['h1', true, true, ''],
      ['toms', false, false, '10.0.0.7'],
    ]);
    expect(nameless.map(({ place }) => place)).toEqual(['10.0.0.9', '10.0.0.4']);
  });

  test('are shown at the IPv4 address that they were seen at, where the link with them is by IPv6', () => {
    const identity = { ...seen('desk', DESK), machine: 'desk', meshId: '1'.repeat(16), serial: '01' };
    const { machines } = describeWith({
      seen: [seen('desk', DESK, { place: '10.0.0.2', seenAt: NOW - 1_000 })],
      contacts: [{ identity, address: 'fe80::2%eth0', isTold: true }],
    });
    expect(machines[0]).toMatchObject({ name: 'desk', place: '10.0.0.2', isReached: true });
  });

  test('are found by name in any case, and by the first digits of a key', () => {
    const { machines } = describeWith({ seen: [seen('laptop', LAPTOP), seen('desk', DESK)] });
    expect(findMachine('Laptop', machines).keyId).toBe(LAPTOP);
    expect(findMachine('BBBBBBBB', machines).keyId).toBe(DESK);
    expect(() => findMachine('bbbbbbb', machines)).toThrow(
      'no machine of this mesh is called bbbbbbb: known are desk, h1 and laptop; write one of these, or 8 digits of its key at least',
    );
    expect(() => findMachine('\u001b[2J', [])).toThrow(/^no machine of this mesh is called \S+: none is known here/);
  });

  test('of one name are told apart by their keys', () => {
    const { machines } = describeWith({ seen: [seen('laptop', LAPTOP), seen('laptop', DESK)] });
    expect(() => findMachine('laptop', machines)).toThrow(
      '2 machines are called laptop; write the key of the one that you mean: aaaaaaaa and bbbbbbbb',
    );
    expect(findMachine('aaaaaaaa', machines).keyId).toBe(LAPTOP);
  });
});

test('a machine that is called like the key of another is not taken for it', () => {
  const { machines } = describeWith({ seen: [seen('laptop', LAPTOP), seen('aaaaaaaa', DESK)] });
  expect(() => findMachine('aaaaaaaa', machines)).toThrow(
    `2 machines are called aaaaaaaa, or have a key that begins so; write the key of the one that you mean: ${DESK} and ${LAPTOP}`,
  );
  expect(findMachine(LAPTOP, machines).keyId).toBe(LAPTOP);
  expect(findMachine('aaaaaaaaa', machines).keyId).toBe(LAPTOP);
});

test('what can not count is not told as if it did', async () => {
  const notices = { list: NoticeList.EMPTY, take: () => ({ news: [], forged: 1 }) };
  const open = { mesh: { notices } } as unknown as OpenMesh;
  await expect(sayOf(open, RING, { kind: 'removed', machine: DESK, name: 'desk' })).rejects.toThrow(
    /^somebody who has the mesh key .* make a new key with mesh rotate/,
  );
});

describe('mesh members', () => {
  const list = say(NoticeList.EMPTY, 'removed', ATTIC, 'attic');
  const some = { kind: 'some', announce: [], proxy: ['redis'] } as const;
  const known = describeWith({
    list,
    seen: [
      seen('laptop', LAPTOP, { may: some, seenAt: NOW - 3 * 24 * HOUR_MS }),
      seen(undefined, '', { place: 'fe80::1\u001b', seenAt: NOW - 90_000 }),
    ],
  });

  test('tells people who is there, what they may do and when they were seen', () => {
    expect(formatMembers('1'.repeat(16), known, list.listRemoved(), NOW)).toEqual([
      'mesh 1111111111111111: 2 machines known here',
      'name     is a     may                  seen           at         key',
      'h1       keeper   use the whole mesh   this machine              00000000',
      'laptop   member   reach redis          3 days ago     10.0.0.7   aaaaaaaa',
      expect.stringMatching(/^fe80::1\S+ shows no machine \(a token, or a former version\), seen 1 minute ago$/),
      'attic (key cccccccc) was removed 1 hour ago; ambassador mesh remove --undo attic, typed on a keeper, lets it in again',
    ]);
  });

  test('tells programs the same', () => {
    expect(membersToJson('1'.repeat(16), known, list.listRemoved())).toEqual({
      mesh: '1'.repeat(16),
      machines: [
        { name: 'h1', key: OWN, kind: 'keeper', seen: '2026-11-28T12:00:00.000Z', reached: true, self: true },
        {
          name: 'laptop',
          key: LAPTOP,
          kind: 'member',
          announce: [],
          proxy: ['redis'],
          seen: '2026-11-25T12:00:00.000Z',
          address: '10.0.0.7',
          reached: false,
          self: false,
        },
      ],
      nameless: [{ address: 'fe80::1\u001b', seen: '2026-11-28T11:58:30.000Z' }],
      removed: [{ name: 'attic', key: ATTIC, removed: '2026-11-28T11:00:00.000Z' }],
    });
  });
});

test('who was told, and who was not, is said in words', () => {
  expect(describeTold({ told: ['a', 'b'], away: [], nameless: [] })).toEqual({
    head: 'told 2 of 2 machines',
    lines: [],
  });
  expect(describeTold({ told: [], away: [], nameless: [] }).head).toBe('no other machine is known that is to be told');
  expect(describeTold({ told: [], away: ['attic'], nameless: ['10.0.0.9'] })).toEqual({
    head: 'told 0 of 1 machine',
    lines: [
      'attic was not reached from here: it hears of it from the others, at once where something runs there, else when it does',
      '10.0.0.9 shows no machine: it has a token, or a former version, and hears nothing of this: a machine that was let in for single services alone is served there until its membership ends, 90 days at most, or the key is rotated (mesh rotate)',
    ],
  });
});
