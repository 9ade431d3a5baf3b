import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@mdns-ambassador/testkit';
import { afterAll, describe, expect, it } from 'vitest';
import { MAX_SEEN, Roster, type Seen } from '../../src/membership/roster.ts';
import { readRosterFile } from '../../src/membership/roster-file.ts';
import { RosterStore } from '../../src/membership/roster-store.ts';

const root = mkdtempSync(join(tmpdir(), 'roster-'));
afterAll(() => rmSync(root, { recursive: true }));
const MESH = '0123456789abcdef';
const KEY_ID = 'a'.repeat(40);

function seen(change: Partial<Seen> = {}): Seen {
  return {
    keyId: KEY_ID,
    kind: 'member',
    machine: 'laptop',
    may: { kind: 'all' },
    place: '10.0.0.7',
    seenAt: 5,
    expiresAt: 9,
    ...change,
  };
}

describe('a roster', () => {
  it('knows each machine as it was seen last, by name, and who shows none by its place', () => {
    const roster = new Roster();
    expect(roster.note(seen())).toBe(true);
    expect(roster.note(seen({ seenAt: 7 }))).toBe(false);
    expect(roster.note(seen({ seenAt: 6, place: '10.0.0.8' }))).toBe(false);
    roster.note(seen({ keyId: '', kind: 'nameless', machine: undefined }));
    roster.note(seen({ keyId: '', kind: 'nameless', machine: undefined, place: '10.0.0.9' }));
    roster.note(seen({ keyId: 'b'.repeat(40), machine: 'desk' }));
    expect(roster.list().map(({ machine, place, seenAt }) => [machine, place, seenAt])).toEqual([
      ['desk', '10.0.0.7', 5],
      ['laptop', '10.0.0.7', 7],
      [undefined, '10.0.0.7', 5],
      [undefined, '10.0.0.9', 5],
    ]);
  });

  it('has a machine at the IPv4 address that it was met at, also when it is met by IPv6 soon after, and nowhere where it is no more', () => {
    const roster = new Roster();
    const placeAfter = (place: string, seenAt: number): string | undefined => {
      roster.note(seen({ place, seenAt }));
      return roster.list()[0]?.place;
    };
    expect(placeAfter('fe80::7%eth0', 1)).toBe('fe80::7%eth0');
    expect(placeAfter('10.0.0.7', 2)).toBe('10.0.0.7');
    expect(placeAfter('fe80::7%eth0', 3)).toBe('10.0.0.7');
    expect(placeAfter('10.1.0.7', 4)).toBe('10.1.0.7');
    expect(placeAfter('fd00::7', 600_004)).toBe('fd00::7');
  });

  it('is bounded, and forgets who was seen longest ago', () => {
    const roster = new Roster();
    for (let at = 0; at <= MAX_SEEN; at++) roster.note(seen({ keyId: at.toString(16).padStart(40, '0'), seenAt: at }));
    expect(roster.size).toBe(MAX_SEEN);
    expect(roster.list().some(({ seenAt }) => seenAt === 0)).toBe(false);
  });
});

describe('what is kept of it', () => {
  const identity = { meshId: MESH, kind: 'member', machine: 'laptop', keyId: KEY_ID, expiresAt: 9 } as const;
  const some = { kind: 'some', announce: ['web'], proxy: ['redis'] } as const;

  it('is written soon after somebody new came, and seldom after that', async () => {
    const folder = join(root, 'soon');
    const clock = new ManualClock();
    const store = new RosterStore({ folder, clock });
    store.note({ ...identity, may: some }, '[fd00::7]:6379');
    await clock.advance(2_000);
    expect(readRosterFile(folder, MESH)).toEqual(store.list(MESH));
    expect(store.list(MESH)).toMatchObject([{ machine: 'laptop', place: 'fd00::7', may: some, keyId: KEY_ID }]);
    const before = statSync(join(folder, `members-${MESH}.json`)).ino;
    for (let turn = 0; turn < 100; turn++) {
      store.note({ ...identity, may: some }, 'fd00::7');
      await clock.advance(100);
    }
    expect(statSync(join(folder, `members-${MESH}.json`)).ino).toBe(before);
    store.close();
    expect(readRosterFile(folder, MESH)).toEqual(store.list(MESH));
    expect(clock.pendingTimers).toBe(0);
    if (process.platform !== 'win32') expect(statSync(join(folder, `members-${MESH}.json`)).mode & 0o777).toBe(0o600);
  });

  it('is what all processes of the machine have seen', () => {
    const folder = join(root, 'both');
    const clock = new ManualClock();
    const [one, other] = [new RosterStore({ folder, clock }), new RosterStore({ folder, clock })];
    one.note({ ...identity, may: some }, '10.0.0.7:1');
    other.note({ ...identity, kind: 'nameless', machine: undefined, may: some }, '10.0.0.9');
    one.close();
    other.close();
    expect(readRosterFile(folder, MESH)).toHaveLength(2);
    expect(readdirSync(folder)).toEqual([`members-${MESH}.json`]);
  });

  it('is nothing where it is broken', () => {
    const folder = mkdtempSync(join(root, 'broken-'));
    const path = join(folder, `members-${MESH}.json`);
    const entry = { ...seen(), may: 'all' };
    const broken = [
      { ...entry, machine: '\u001b[2J' },
      { ...entry, keyId: 'x' },
      { ...entry, may: [{ role: 'peer', service: 'x' }] },
      { ...entry, kind: 'nameless' },
      { ...entry, place: 'x'.repeat(81) },
      { ...entry, seenAt: 'now' },
      7,
    ];
    writeFileSync(path, JSON.stringify({ v: 1, machines: [...broken, entry] }));
    expect(readRosterFile(folder, MESH)).toEqual([seen()]);
    for (const text of ['', '[]', '{"v":2,"machines":[]}', '{"v":1,"machines":7}']) {
      writeFileSync(path, text);
      expect(readRosterFile(folder, MESH)).toEqual([]);
    }
  });
});
