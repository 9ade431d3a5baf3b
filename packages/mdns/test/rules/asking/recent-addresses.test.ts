import { describe, expect, it } from 'vitest';
import { RecentAddresses } from '../../../src/rules/asking/recent-addresses.ts';
import { address, H1 } from './querier-driver.ts';

const heard = [{ record: address('10.0.0.1'), from: H1 }];

describe('RecentAddresses', () => {
  it('gives what was heard of a host once', () => {
    const recent = new RecentAddresses();
    recent.remember('h1.local', heard, 0);
    expect(recent.take('h1.local', 1_500)).toEqual(heard);
    expect(recent.take('h1.local', 1_500)).toEqual([]);
  });

  it('forgets after a second and a half, by when they can be asked for (RFC 6762 6)', () => {
    const recent = new RecentAddresses();
    recent.remember('h1.local', heard, 0);
    expect(recent.take('h1.local', 1_501)).toEqual([]);
  });

  it('keeps the latest 256 hosts, 16 records each, however many are told', () => {
    const recent = new RecentAddresses();
    const many = Array.from({ length: 40 }, () => heard[0] ?? { record: address('10.0.0.1'), from: H1 });
    for (let host = 0; host < 10_000; host++) recent.remember(`h${host}.local`, many, 0);
    const kept = Array.from({ length: 10_000 }, (_, host) => recent.take(`h${host}.local`, 0).length);
    expect(kept.filter((count) => count > 0)).toEqual(Array.from({ length: 256 }, () => 16));
    expect(kept.at(-1)).toBe(16);
  });
});
