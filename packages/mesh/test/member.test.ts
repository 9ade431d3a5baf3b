import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { Member } from '../src/member.ts';
import { readMemberUri } from '../src/member-uri.ts';
import { createRing, TestClock } from './mesh-fixture.ts';

const HOUR_MS = 3_600_000;

function readLeaf(member: Member): X509Certificate {
  return new X509Certificate(String(member.papers().tls.cert));
}

test('a leaf names its mesh, role and service by one URI, and lives for 24 hours', async () => {
  const clock = new TestClock();
  const member = await Member.join(createRing(), { role: 'proxy', service: 'Redis', clock });
  const leaf = readLeaf(member);
  expect(readMemberUri(leaf)).toBe(`ambassador://${member.meshIds[0]}/proxy/redis`);
  expect(leaf.ca).toBe(false);
  expect(new Date(leaf.validFrom).getUTCFullYear()).toBe(2020);
  expect(Math.abs(new Date(leaf.validTo).getTime() - clock.wallClock() - 24 * HOUR_MS)).toBeLessThan(5_000);
  member.close();
});

test('a leaf is renewed when two thirds of its life are over, also on a machine that slept', async () => {
  const clock = new TestClock();
  const member = await Member.join(createRing(), { role: 'proxy', service: 'redis', clock });
  const first = readLeaf(member).serialNumber;
  let changes = 0;
  member.onChange(() => {
    changes += 1;
  });
  clock.aheadMs = 15.9 * HOUR_MS;
  await clock.advance(60_000);
  expect(readLeaf(member).serialNumber).toBe(first);
  clock.aheadMs = 16.1 * HOUR_MS;
  await clock.advance(60_000);
  await expect.poll(() => changes).toBe(1);
  expect(readLeaf(member).serialNumber).not.toBe(first);
  member.close();
  expect(clock.pendingTimers).toBe(0);
});

test('papers that have expired are renewed before they are shown', async () => {
  const clock = new TestClock();
  const member = await Member.join(createRing(), { role: 'announce', service: 'redis', clock });
  const first = readLeaf(member).serialNumber;
  await member.refresh();
  expect(readLeaf(member).serialNumber).toBe(first);
  clock.aheadMs = 25 * HOUR_MS;
  await member.refresh();
  expect(readLeaf(member).serialNumber).not.toBe(first);
  member.close();
});

test('with a previous key there are papers for both meshes, and both are accepted', async () => {
  const { current } = createRing();
  const previous = createRing().current;
  const clock = new TestClock();
  const member = await Member.join({ kind: 'keys', current, previous }, { role: 'proxy', service: 'redis', clock });
  const [newId, oldId] = member.meshIds;
  expect(member.papers(oldId).standing.meshId).toBe(oldId);
  expect(member.papers(newId).standing.meshId).toBe(newId);
  expect(member.papers('0000000000000000').standing.meshId).toBe(newId);
  // Of the machines of each, and of the other role.
  expect(member.papers(oldId).tls.ca).toHaveLength(4);
  member.close();
});

test('keys that no longer entitle a member are refused, and it goes on with what it had', async () => {
  const ring = createRing();
  const clock = new TestClock();
  const member = await Member.join(ring, { role: 'proxy', service: 'redis', clock });
  const { cutBundle } = await import('../src/keys/bundle.ts');
  const bundle = await cutBundle([createRing().current], 'announce', 'redis');
  await expect(member.change({ kind: 'bundle', bundle })).rejects.toMatchObject({ code: 'NOT_ENTITLED' });
  expect(member.papers().standing.meshId).toBe(member.meshIds[0]);
  member.close();
});
