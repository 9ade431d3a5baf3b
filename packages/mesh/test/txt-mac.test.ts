import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type KeyRing, listTxtKeys } from '../src/key-ring.ts';
import { cutBundle } from '../src/keys/bundle.ts';
import { MeshKey } from '../src/keys/mesh-key.ts';
import { admitMachine } from '../src/membership/admit.ts';
import { createMachineKey } from '../src/membership/machine-key.ts';
import type { May } from '../src/membership/may.ts';
import { parseMembership } from '../src/membership/membership.ts';
import { type Announced, computeSigningDelay, explainStranger, signTxtEntries, verifyTxt } from '../src/txt-mac.ts';
import { createRing } from './mesh-fixture.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 10, 23, 12, 30);
const RING = createRing();
const KEYS = listTxtKeys(RING, 'redis');
const ANNOUNCED: Announced = {
  service: 'redis',
  instance: 'redis on h1',
  host: 'h1-k3x9.local',
  port: 12345,
  draining: false,
};

function readSigned(announced: Announced, keys = KEYS, now = NOW): (key: string) => string | undefined {
  const entries = new Map(signTxtEntries(keys, announced, now));
  return (key) => entries.get(key);
}

test('a record is signed with keys of 16 and 29 characters at most, once more for those who know machines', () => {
  const entries = signTxtEntries(KEYS, ANNOUNCED, NOW);
  expect(entries.map(([key]) => key)).toEqual(['mesh', 'mac', 'mac2']);
  expect(entries[0]?.[1]).toMatch(/^[0-9a-f]{16}$/);
  for (const [, mac] of entries.slice(1)) expect(mac).toMatch(/^[0-9a-z]+\.[\w-]{22}$/);
  // What the version before machines had names computed for this key, service and hour.
  const fixed = listTxtKeys({ kind: 'keys', current: new MeshKey(Buffer.alloc(32, 7)) }, 'redis');
  expect(signTxtEntries(fixed, ANNOUNCED, NOW)[1]).toEqual(['mac', 'aoto.Pe2fBwXMYKc-FihkAgeCSw']);
});

describe('A record is recognised', () => {
  test('by every member, whose clock may be hours off', () => {
    const read = readSigned(ANNOUNCED);
    for (const hours of [-8, 0, 8]) {
      expect(verifyTxt(KEYS, ANNOUNCED, read, NOW + hours * HOUR_MS)).toEqual({
        meshId: KEYS[0]?.meshId,
        draining: false,
      });
    }
    expect(verifyTxt(KEYS, ANNOUNCED, read, NOW + 9 * HOUR_MS)).toBeUndefined();
    expect(verifyTxt(KEYS, ANNOUNCED, read, NOW - 9 * HOUR_MS)).toBeUndefined();
  });

  test('with names in any case, as DNS compares them', () => {
    const shouted = { ...ANNOUNCED, service: 'REDIS', host: 'H1-K3X9.local.' };
    expect(verifyTxt(KEYS, shouted, readSigned(ANNOUNCED), NOW)).toBeDefined();
  });

  test('by who has the new key, the old one, or both, while both are accepted', () => {
    const old = createRing().current;
    const both = listTxtKeys({ kind: 'keys', current: RING.current, previous: old }, 'redis');
    const oldOnly = listTxtKeys({ kind: 'keys', current: old }, 'redis');
    const signers = [KEYS, both, oldOnly];
    const seen = signers.map((signer) =>
      signers.map((verifier) => verifyTxt(verifier, ANNOUNCED, readSigned(ANNOUNCED, signer), NOW) !== undefined),
    );
    expect(seen).toEqual([
      [true, true, false],
      [true, true, true],
      [false, true, true],
    ]);
  });
});

describe('Who knows machines and who knows none recognise each other as far as they can meet', async () => {
  const { current } = RING;
  const key = createMachineKey();
  const bundle = await cutBundle([current], 'proxy', 'redis');
  const admit = async (may: May): Promise<KeyRing> => {
    const text = await admitMachine(RING, key, { name: 'laptop', may, now: NOW });
    return { kind: 'member', key, membership: parseMembership(text) };
  };
  const rings: Readonly<Record<string, KeyRing>> = {
    keeper: RING,
    token: { kind: 'bundle', bundle },
    whole: await admit({ kind: 'all' }),
    few: await admit({ kind: 'some', announce: [], proxy: ['redis'] }),
    other: await admit({ kind: 'some', announce: [], proxy: ['web'] }),
  };
  const keysOf = (name: string) => listTxtKeys(rings[name] ?? RING, 'redis');
  test.each([
    ['keeper', ['keeper', 'token', 'whole', 'few']],
    ['token', ['keeper', 'token', 'few']],
    ['whole', ['keeper', 'whole', 'few']],
    ['few', ['keeper', 'token', 'whole', 'few']],
    ['other', []],
  ])('%s: by %j', (signer, verifiers) => {
    const read = readSigned(ANNOUNCED, keysOf(signer));
    const seen = Object.keys(rings).filter((name) => verifyTxt(keysOf(name), ANNOUNCED, read, NOW) !== undefined);
    expect(seen).toEqual(verifiers);
  });
});

describe('A record is not recognised', () => {
  test('when anything that it speaks for is another', () => {
    const read = readSigned(ANNOUNCED);
    const changes: readonly Partial<Announced>[] = [
      { service: 'redi' },
      { instance: 'redis on h2' },
      { host: 'h1-k3x8.local' },
      { port: 12346 },
      { service: 'redisr', instance: 'edis on h1' },
    ];
    for (const change of changes) expect(verifyTxt(KEYS, { ...ANNOUNCED, ...change }, read, NOW)).toBeUndefined();
  });

  test('when another mesh, or nobody, signed it', () => {
    expect(verifyTxt(KEYS, ANNOUNCED, readSigned(ANNOUNCED, listTxtKeys(createRing(), 'redis')), NOW)).toBeUndefined();
    expect(verifyTxt(KEYS, ANNOUNCED, () => undefined, NOW)).toBeUndefined();
    expect(verifyTxt(KEYS, ANNOUNCED, readSigned(ANNOUNCED, listTxtKeys(RING, 'postgres')), NOW)).toBeUndefined();
  });

  test('whatever anybody writes into it, and nothing throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (period, mac) => {
        const read = (key: string): string | undefined => (key === 'mesh' ? KEYS[0]?.meshId : `${period}.${mac}`);
        expect(verifyTxt(KEYS, ANNOUNCED, read, NOW)).toBeUndefined();
      }),
    );
  });
});

test('why a record is not recognised is told: whose it is, what was changed, or which clock is wrong', () => {
  const explain = (read: (key: string) => string | undefined, now = NOW, change: Partial<Announced> = {}): string =>
    explainStranger(KEYS, { ...ANNOUNCED, ...change }, read, now);
  const foreign = readSigned(ANNOUNCED, listTxtKeys(createRing(), 'redis'));
  expect(explain(foreign)).toBe('it is not of this mesh');
  expect(explain(() => undefined)).toBe('it is not of this mesh');
  expect(explain(readSigned(ANNOUNCED), NOW, { port: 1 })).toBe('its signature is not for what it says');
  const later = explain(readSigned(ANNOUNCED), NOW + 9 * HOUR_MS, { draining: true });
  expect(later).toBe(
    'it was signed at 2026-11-23T12:00:00.000Z, and here it is 2026-11-23T21:30:00.000Z (are the clocks of both right?)',
  );
});

test('that it is leaving counts only when it said so itself', () => {
  const draining = { ...ANNOUNCED, draining: true };
  expect(verifyTxt(KEYS, draining, readSigned(draining), NOW)?.draining).toBe(true);
  expect(verifyTxt(KEYS, draining, readSigned(ANNOUNCED), NOW)?.draining).toBe(false);
  // A drain that was taken out is no record of it.
  expect(verifyTxt(KEYS, ANNOUNCED, readSigned(draining), NOW)).toBeUndefined();
});

test('it is signed again with the hour', () => {
  expect(computeSigningDelay(NOW)).toBe(HOUR_MS / 2);
  expect(computeSigningDelay(NOW + HOUR_MS / 2)).toBe(HOUR_MS);
});
