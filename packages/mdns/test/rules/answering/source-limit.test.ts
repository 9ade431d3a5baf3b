import { describe, expect, it } from 'vitest';
import { SourceLimit } from '../../../src/rules/answering/source-limit.ts';

describe('SourceLimit', () => {
  it('allows a burst, then so many a second, for each address alone', () => {
    const limit = new SourceLimit({ burst: 2, perSecond: 1, maxSources: 8 });
    expect([limit.spend('a', 0), limit.spend('a', 0), limit.spend('a', 0)]).toEqual([true, true, false]);
    expect(limit.spend('b', 0)).toBe(true);
    expect([limit.spend('a', 999), limit.spend('a', 1_000), limit.spend('a', 1_001)]).toEqual([false, true, false]);
  });

  it('allows several a second', () => {
    const limit = new SourceLimit({ burst: 1, perSecond: 4, maxSources: 8 });
    expect([0, 249, 250, 499, 500].map((at) => limit.spend('a', at))).toEqual([true, false, true, false, true]);
  });

  it('never saves up more than the burst', () => {
    const limit = new SourceLimit({ burst: 2, perSecond: 1, maxSources: 8 });
    limit.spend('a', 0);
    expect([1, 2, 3].map(() => limit.spend('a', 1_000_000))).toEqual([true, true, false]);
  });

  it('refuses new addresses when it knows too many, until some may be forgotten', () => {
    const limit = new SourceLimit({ burst: 2, perSecond: 1, maxSources: 3 });
    for (const address of ['a', 'b', 'c']) limit.spend(address, 0);
    expect(limit.spend('d', 500)).toBe(false);
    expect(limit.spend('d', 1_000)).toBe(true);
  });
});
