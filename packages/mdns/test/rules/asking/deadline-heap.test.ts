import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeadlineHeap, type Waiting } from '../../../src/rules/asking/deadline-heap.ts';

interface Item extends Waiting {
  readonly id: number;
}

function takeAll(heap: DeadlineHeap<Item>): readonly number[] {
  const times: number[] = [];
  for (let item = heap.due(1e9); item !== undefined; item = heap.due(1e9)) {
    times.push(item.dueAt);
    heap.delete(item);
  }
  return times;
}

describe('DeadlineHeap', () => {
  it('gives nothing before its time', () => {
    const heap = new DeadlineHeap<Item>();
    expect(heap.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    const item: Item = { id: 1, dueAt: 0, position: -1 };
    heap.set(item, 10);
    expect(heap.due(9)).toBeUndefined();
    expect(heap.due(10)).toBe(item);
    heap.set(item, Number.POSITIVE_INFINITY);
    expect(heap.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  it('gives each item once, in the order of its last time, whatever was moved and deleted', () => {
    const step = fc.record({ id: fc.nat({ max: 20 }), at: fc.option(fc.nat({ max: 1000 }), { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const heap = new DeadlineHeap<Item>();
        const items = Array.from({ length: 21 }, (_, id): Item => ({ id, dueAt: 0, position: -1 }));
        const expected = new Map<number, number>();
        for (const { id, at } of steps) {
          const item = items[id];
          if (item === undefined) continue;
          if (at === undefined) {
            heap.delete(item);
            expected.delete(id);
          } else {
            heap.set(item, at);
            expected.set(id, at);
          }
        }
        expect(takeAll(heap)).toEqual([...expected.values()].sort((a, b) => a - b));
      }),
    );
  });
});
