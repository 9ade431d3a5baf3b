import { expect, test } from 'vitest';
import { HeldBudget } from '../../src/streams/held-budget.ts';
import { HeldBytes } from '../../src/streams/held-bytes.ts';

test('what is held comes out in order, and does not change with what it came in', () => {
  const held = new HeldBytes();
  const chunk = Buffer.alloc(20_000, 'x');
  held.push(chunk);
  chunk.fill('y');
  for (let number = 0; number < 10_000; number++) held.push(Buffer.from([number & 0xff]));
  expect(held.size).toBe(30_000);
  const pieces: Buffer[] = [];
  for (let piece = held.shift(); piece !== undefined; piece = held.shift()) pieces.push(piece);
  const all = Buffer.concat(pieces);
  expect(all.subarray(0, 20_000).equals(Buffer.alloc(20_000, 'x'))).toBe(true);
  expect(all.subarray(20_000).equals(Buffer.from(Array.from({ length: 10_000 }, (_, number) => number & 0xff)))).toBe(
    true,
  );
  expect(held.size).toBe(0);
  // Ten thousand pieces of one byte are few.
  expect(pieces.length).toBeLessThan(5);
});

test('what is held goes on after some of it was taken', () => {
  const held = new HeldBytes();
  held.push(Buffer.from('ab'));
  expect(String(held.shift())).toBe('ab');
  expect(held.shift()).toBeUndefined();
  held.push(Buffer.from('cd'));
  held.push(Buffer.from('ef'));
  held.push(Buffer.from('gh'));
  expect([String(held.shift()), String(held.shift()), held.shift()]).toEqual(['cd', 'efgh', undefined]);
});

test('one connection may hold 64 MiB, and all together 256, of which each may have one', () => {
  const all = { bytes: 0 };
  const [one, other] = [new HeldBudget(all), new HeldBudget(all)];
  one.change(64 * 1_048_576);
  expect(one.isSpent).toBe(false);
  one.change(1);
  expect(one.isSpent).toBe(true);
  other.change(1_048_576);
  all.bytes = 256 * 1_048_576 + 1;
  expect(other.isSpent).toBe(false);
  other.change(1);
  expect(other.isSpent).toBe(true);
});
