import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SourceShares } from '../../../src/rules/asking/source-shares.ts';

interface Item {
  readonly source: string;
}

describe('SourceShares', () => {
  it('gives the item of a source that was not heard for the longest time', () => {
    const shares = new SourceShares<Item>();
    const [first, second] = [{ source: 'a' }, { source: 'a' }];
    shares.add(first);
    shares.add(second);
    expect(shares.oldest('a')).toBe(first);
    shares.renew(first);
    expect(shares.oldest('a')).toBe(second);
    expect(shares.oldest('b')).toBeUndefined();
  });

  it('always knows a source that has the most', () => {
    const step = fc.record({ source: fc.constantFrom('a', 'b', 'c', 'd'), isAdded: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const shares = new SourceShares<Item>();
        const items = new Map<string, Item[]>();
        for (const { source, isAdded } of steps) {
          const own = items.get(source) ?? [];
          items.set(source, own);
          const item = isAdded ? { source } : own.pop();
          if (item === undefined) continue;
          if (isAdded) own.push(item);
          if (isAdded) shares.add(item);
          else shares.delete(item);
          const most = Math.max(...[...items.values()].map((list) => list.length));
          const noisiest = shares.noisiest();
          expect(noisiest === undefined ? 0 : shares.count(noisiest)).toBe(most);
          expect(shares.count(source)).toBe(own.length);
        }
      }),
    );
  });
});
