import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explainRefusal, formatKeyRing, listMeshIds, parseKeyRing } from '../../src/key-ring.ts';
import { cutBundle } from '../../src/keys/bundle.ts';
import { formatChecked } from '../../src/keys/checked-text.ts';
import { deriveMachineTxtSeed, deriveMeshId, deriveRootSeed } from '../../src/keys/derive.ts';
import { admitMachine, MEMBERSHIP_MS } from '../../src/membership/admit.ts';
import { formatJoinRequest, parseJoinRequest } from '../../src/membership/join-request.ts';
import { createMachineKey, formatMachineKey, parseMachineKey } from '../../src/membership/machine-key.ts';
import { foldMachineName, isMachineName } from '../../src/membership/machine-name.ts';
import { describeMay, type May, readGrants } from '../../src/membership/may.ts';
import { formatMembership, MAX_MEMBERSHIP_TEXT, parseMembership } from '../../src/membership/membership.ts';
import { createRing } from '../mesh-fixture.ts';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const ALL: May = { kind: 'all' };
const SOME: May = { kind: 'some', announce: ['web'], proxy: ['postgres', 'redis'] };
const MALFORMED = expect.objectContaining({ code: 'MALFORMED_KEY', message: expect.stringMatching(/^[^\n]+$/) });

const old = createRing().current;
const ring = { ...createRing(), previous: old };
const key = createMachineKey();

describe('a membership', () => {
  test.each([ALL, SOME])('says which machine it is, what it may do, and until when: $kind', async (may) => {
    const text = await admitMachine(ring, key, { name: 'laptop-7', may, now: NOW });
    const { keyId, parts } = parseMembership(text);
    expect(keyId).toBe(key.id);
    expect(parts.map(({ identity }) => identity)).toEqual(
      [ring.current, old].map((one) => ({
        meshId: deriveMeshId(one),
        kind: 'member',
        machine: 'laptop-7',
        keyId: key.id,
        serial: expect.stringMatching(/^01[0-9a-f]{30}$/),
        may,
        expiresAt: NOW + MEMBERSHIP_MS,
      })),
    );
    expect(formatMembership(parts)).toBe(text);
  });

  test('holds no secret of the mesh but what TXT records are signed with', async () => {
    const text = await admitMachine(ring, key, { name: 'laptop-7', may: ALL, now: NOW });
    const body = Buffer.from(text.slice(6), 'base64url').toString('utf8');
    for (const secret of [ring.current.secret, deriveRootSeed(ring.current), key.seed]) {
      expect(body).not.toContain(Buffer.from(secret).toString('base64url'));
    }
    expect(body).toContain(deriveMachineTxtSeed(ring.current).toString('base64url'));
  });

  test('of a few services lets nobody sign for others: it has leaves for its own key, and no authority', async () => {
    const text = await admitMachine(ring, key, { name: 'laptop-7', may: SOME, now: NOW });
    const { grants } = parseMembership(text).parts[0];
    expect(grants.map(({ role, service }) => `${role} ${service}`)).toEqual([
      'announce web',
      'proxy postgres',
      'proxy redis',
    ]);
    for (const { leaf } of grants) expect(new X509Certificate(leaf).ca).toBe(false);
  });

  test('fits with all that may be granted, in a mesh that is being rotated', async () => {
    const services = Array.from({ length: 10 }, (_, index) => `a-service-${index}`.padEnd(15, 'x'));
    const may = { kind: 'some', announce: services, proxy: [] } as const;
    const text = await admitMachine(ring, key, { name: 'm'.repeat(32), may, now: NOW });
    expect(text.length).toBeLessThan(MAX_MEMBERSHIP_TEXT);
    expect(parseKeyRing(formatKeyRing({ kind: 'member', key, membership: parseMembership(text) })).kind).toBe('member');
    const more = { ...may, proxy: ['redis'] };
    await expect(admitMachine(ring, key, { name: 'm', may: more, now: NOW })).rejects.toEqual(MALFORMED);
  });

  test('is given by keepers alone', async () => {
    const membership = parseMembership(await admitMachine(ring, key, { name: 'laptop-7', may: ALL, now: NOW }));
    const bundle = await cutBundle([ring.current], 'proxy', 'redis');
    for (const other of [{ kind: 'member', key, membership } as const, { kind: 'bundle', bundle } as const]) {
      await expect(admitMachine(other, key, { name: 'other', may: ALL, now: NOW })).rejects.toMatchObject({
        code: 'NOT_ENTITLED',
      });
    }
  });
});

describe('a key file of a member', () => {
  test('is read as it was written', async () => {
    const membership = parseMembership(await admitMachine(ring, key, { name: 'laptop-7', may: SOME, now: NOW }));
    const text = formatKeyRing({ kind: 'member', key, membership });
    const read = parseKeyRing(text);
    expect(formatKeyRing(read)).toBe(text);
    expect(listMeshIds(read)).toEqual([deriveMeshId(ring.current), deriveMeshId(old)]);
    expect(explainRefusal(read, 'proxy', 'Redis')).toBeUndefined();
    expect(explainRefusal(read, 'announce', 'redis')).toMatch(/laptop-7 .* may announce web and reach postgres, redis/);
    expect(explainRefusal(read, 'peer', '')).toMatch(/no peer links/);
  });

  test('needs both its lines, and the second for the first', async () => {
    const text = await admitMachine(ring, key, { name: 'laptop-7', may: ALL, now: NOW });
    const own = formatMachineKey(key);
    expect(() => parseKeyRing(own)).toThrow(MALFORMED);
    expect(() => parseKeyRing(text)).toThrow(MALFORMED);
    expect(() => parseKeyRing(`${formatMachineKey(createMachineKey())}\n${text}`)).toThrow(/another machine/);
  });
});

describe('what another machine sent', () => {
  test('is refused in one sentence where its certificates are not for what it says', async () => {
    const stranger = createRing();
    const [mine, theirs, few] = await Promise.all([
      admitMachine(ring, key, { name: 'laptop-7', may: ALL, now: NOW }),
      admitMachine(stranger, key, { name: 'laptop-7', may: ALL, now: NOW }),
      admitMachine(ring, key, { name: 'laptop-7', may: SOME, now: NOW }),
    ]).then((texts) => texts.map((text) => parseMembership(text).parts[0]));
    if (mine === undefined || theirs === undefined || few === undefined) throw new Error('there are three');
    const forged = [
      [{ ...mine, root: theirs.root }],
      [{ ...mine, meshId: theirs.meshId }],
      [{ ...mine, txtSeed: undefined }],
      [{ ...mine, root: mine.certificate }],
      [{ ...mine, client: theirs.client }],
      [{ ...mine, client: few.client }],
      [{ ...mine, client: { ...mine.client, root: mine.root } }],
      [{ ...few, certificate: mine.certificate }],
      [{ ...few, grants: few.grants.slice(1) }],
      [{ ...few, grants: few.grants.map((grant) => ({ ...grant, service: 'ssh' })) }],
      [{ ...few, grants: few.grants.map((grant) => ({ ...grant, leaf: mine.root })) }],
      [mine, mine],
      [mine, theirs, few],
      [],
    ];
    for (const parts of forged) expect(() => parseMembership(formatMembership(parts))).toThrow(MALFORMED);
  });

  test('is refused in one sentence whatever else is in it', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ v: fc.constant(1), parts: fc.anything() })
        .map((value) => JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `${one}` : one))),
    );
    fc.assert(
      fc.property(anything, (text) => {
        // As many bytes as a machine key has are one.
        fc.pre(Buffer.byteLength(text) !== 32);
        for (const prefix of ['ambm1_', 'ambk1_', 'ambj1_']) {
          const checked = formatChecked(prefix, Buffer.from(text));
          for (const parse of [parseMembership, parseMachineKey, parseKeyRing]) {
            expect(() => parse(checked)).toThrow(MALFORMED);
            expect(() => parse(prefix + text)).toThrow(MALFORMED);
          }
          expect(() => parseJoinRequest(checked, Buffer.alloc(0))).toThrow(MALFORMED);
        }
      }),
    );
  });

  test('is refused with any character of it another', async () => {
    const text = await admitMachine(ring, key, { name: 'laptop-7', may: ALL, now: NOW });
    fc.assert(
      fc.property(fc.nat({ max: text.length - 1 }), (at) => {
        const changed = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
        expect(() => parseMembership(changed)).toThrow(MALFORMED);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a request to join', () => {
  const context = Buffer.from('this connection');

  test('shows that its sender has the key, on one connection', () => {
    const text = formatJoinRequest(key, 'laptop-7', context);
    const { publicKey, name } = parseJoinRequest(text, context);
    expect(name).toBe('laptop-7');
    expect(publicKey.equals(key.publicKey)).toBe(true);
    expect(() => parseJoinRequest(text, Buffer.from('another'))).toThrow(MALFORMED);
  });

  test('can be for no other name or key', () => {
    const body = Buffer.from(formatJoinRequest(key, 'laptop-7', context).slice(6), 'base64url').subarray(0, -4);
    for (const at of [0, 64, body.length - 1]) {
      const changed = Buffer.from(body);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => parseJoinRequest(formatChecked('ambj1_', changed), context)).toThrow(MALFORMED);
    }
    expect(() => formatJoinRequest(key, 'Laptop 7', context)).toThrow(MALFORMED);
  });
});

test('any host name makes a machine name, and the same again of that', () => {
  expect(foldMachineName('Änne’s MacBook-Pro.local')).toBe('anne-s-macbook-pro');
  expect(foldMachineName('日本')).toBe('machine');
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
      const name = foldMachineName(text);
      expect(isMachineName(name)).toBe(true);
      expect(foldMachineName(name)).toBe(name);
    }),
  );
});

test('what a machine may do is told in words', () => {
  expect(describeMay(ALL)).toBe('use the whole mesh');
  expect(describeMay(SOME)).toBe('announce web and reach postgres, redis');
  expect(readGrants([{ role: 'proxy', service: 'no service' }])).toBeUndefined();
  expect(readGrants([])).toBeUndefined();
});
