import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listTxtKeys } from '../src/keys/key-ring.ts';
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

test('a record is signed with two keys of 16 and 29 characters at most, 60 bytes together', () => {
  const entries = signTxtEntries(KEYS, ANNOUNCED, NOW);
  expect(entries.map(([key]) => key)).toEqual(['mesh', 'mac']);
  expect(entries[0]?.[1]).toMatch(/^[0-9a-f]{16}$/);
  expect(entries[1]?.[1]).toMatch(/^[0-9a-z]+\.[\w-]{22}$/);
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
