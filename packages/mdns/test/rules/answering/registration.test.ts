import { describe, expect, it } from 'vitest';
import { type OwnSet, sharedSet, uniqueSet } from '../../../src/rules/answering/own-set.ts';
import { Registration } from '../../../src/rules/answering/registration.ts';
import type { Name } from '../../../src/wire/name.ts';
import type { ResourceRecord } from '../../../src/wire/record.ts';

const NAME: Name = ['h1', 'local'];
const address = (number: number): OwnSet =>
  uniqueSet(NAME, 120, [{ type: 'A', address: `10.0.${number >> 8}.${number & 255}` }]);
const ipv6 = uniqueSet(NAME, 120, [{ type: 'AAAA', address: 'fe80::1' }]);
const registration = () => new Registration(NAME, { claimed: [address(0), ipv6], pointers: [] }, 0, false);

function recordOf(set: OwnSet): ResourceRecord {
  const [record] = set.records;
  if (record === undefined) throw new Error('An empty set.');
  return record;
}

describe('Registration', () => {
  it('tells what changed from what vanished (RFC 6762 8.4)', () => {
    const pointer = sharedSet(['_redis', '_tcp', 'local'], 4_500, NAME);
    const change = registration().replace({ claimed: [address(1)], pointers: [pointer] }, 0);
    expect(change.changed).toEqual([address(1), pointer]);
    expect(change.vanished).toEqual([ipv6]);
  });

  it('takes another TTL for a change (RFC 6762 8.4)', () => {
    const shorter = { ...ipv6, ttl: 60 };
    expect(registration().replace({ claimed: [address(0), shorter], pointers: [] }, 0).changed).toEqual([shorter]);
  });

  it('knows its data, and for ten seconds the data that it replaced', () => {
    const subject = registration();
    subject.replace({ claimed: [address(1), ipv6], pointers: [] }, 1_000);
    expect(subject.isOwn(recordOf(address(1)), 1_000)).toBe(true);
    expect(subject.isOwn(recordOf(address(0)), 10_999)).toBe(true);
    expect(subject.isOwn(recordOf(address(0)), 11_000)).toBe(false);
    expect(subject.isOwn(recordOf(address(2)), 1_000)).toBe(false);
  });

  it('remembers 32 replaced records at most, the latest', () => {
    const subject = registration();
    for (let number = 1; number <= 33; number++) subject.replace({ claimed: [address(number), ipv6], pointers: [] }, 0);
    expect(subject.isOwn(recordOf(address(0)), 0)).toBe(false);
    expect(subject.isOwn(recordOf(address(1)), 0)).toBe(true);
    expect(subject.isOwn(recordOf(address(32)), 0)).toBe(true);
  });

  it('probes with what it has now (RFC 6762 8.1)', () => {
    const subject = registration();
    subject.replace({ claimed: [address(1)], pointers: [] }, 0);
    expect(subject.probe.proposed).toEqual([{ ...recordOf(address(1)), flush: false }]);
  });
});
