import { describe, expect, test } from 'vitest';
import type { StateLine } from '../../src/rules/line.ts';
import { PeerTable, SILENCE_MS, type Teller } from '../../src/rules/table.ts';

const [SELF, A, B] = ['0'.repeat(16), 'a'.repeat(16), 'b'.repeat(16)];

function from(node: string, address = '10.0.0.1'): Teller {
  return { node, address, isFromThisHost: false };
}

function state(origin: string, seq: number, age = 0): StateLine {
  return { kind: 'state', origin, seq, age, addresses: [], services: [] };
}

describe('in a mesh', () => {
  test('the later word counts, whoever brings it, and an earlier one is none', () => {
    const table = new PeerTable(SELF, true);
    expect(table.take(state(A, 5), from(A), 0).kind).toBe('changed');
    expect(table.take(state(A, 5), from(B), 0).kind).toBe('stale');
    expect(table.take({ kind: 'beat', origin: A, seq: 6, age: 0 }, from(B), 0).kind).toBe('alive');
    expect(table.take(state(A, 6), from(A), 0).kind).toBe('stale');
    expect(table.list()).toMatchObject([{ node: A, isDirect: true, teller: { node: A } }]);
  });

  test('what comes by others is as old as it was there: it goes nowhere round for ever', () => {
    const table = new PeerTable(SELF, true);
    expect(table.take(state(A, 1, SILENCE_MS), from(B), 0).kind).toBe('stale');
    table.take(state(A, 1, SILENCE_MS - 100), from(B), 0);
    expect(table.take({ kind: 'beat', origin: A, seq: 2, age: 10_000 }, from(B), 0).kind).toBe('stale');
    expect(table.nextDeadline()).toBe(100);
    expect(table.advance(99)).toEqual([]);
    expect(table.advance(100)).toMatchObject([{ node: A }]);
    expect(table.take({ kind: 'beat', origin: A, seq: 3, age: 0 }, from(B), 100).kind).toBe('stale');
  });

  test('who said goodbye is not brought back by what was said before it', () => {
    const table = new PeerTable(SELF, true);
    table.take(state(A, 1), from(A), 0);
    expect(table.take({ kind: 'bye', origin: A, seq: 3 }, from(B), 0).kind).toBe('left');
    expect(table.take(state(A, 2), from(B), 1).kind).toBe('stale');
    expect(table.take(state(A, 4), from(A), 2).kind).toBe('changed');
  });

  test('nobody tells us of ourselves, and no more origins are kept than there is room for', () => {
    const table = new PeerTable(SELF, true);
    expect(table.take(state(SELF, 1), from(A), 0).kind).toBe('stale');
    for (let index = 0; index < 256; index++) {
      table.take(state((index + 4_096).toString(16).padStart(16, '0'), 1), from(A), 0);
    }
    expect(table.take(state(B, 1), from(A), 0).kind).toBe('full');
    expect(table.size).toBe(256);
  });
});

describe('in open mode', () => {
  test('each speaks for itself, and one number at two addresses is two', () => {
    const table = new PeerTable(SELF, false);
    expect(table.take(state(A, 1), from(B), 0).kind).toBe('foreign');
    table.take(state(A, 5), from(A, '10.0.0.1'), 0);
    expect(table.take(state(A, 1), from(A, '10.0.0.2'), 0).kind).toBe('changed');
    expect(table.take({ kind: 'bye', origin: A, seq: 9 }, from(A, '10.0.0.2'), 0).kind).toBe('left');
    expect(table.list()).toMatchObject([{ node: A, teller: { address: '10.0.0.1' } }]);
  });
});
