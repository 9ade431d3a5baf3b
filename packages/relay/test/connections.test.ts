import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Connections } from '../src/connections.ts';

class FakeConnection {
  readonly finished: Promise<void>;
  wasReset = false;
  finish: () => void = () => {};

  constructor() {
    this.finished = new Promise((resolve) => {
      this.finish = resolve;
    });
  }

  reset(): void {
    this.wasReset = true;
    this.finish();
  }
}

function hold(count: number) {
  const connections = new Connections<FakeConnection>();
  const held = Array.from({ length: count }, () => new FakeConnection());
  for (const connection of held) connections.add(connection);
  return { connections, held };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test('a connection is held until it has finished', async () => {
  const { connections, held } = hold(2);
  held[0]?.finish();
  await held[0]?.finished;
  expect([...connections]).toEqual([held[1]]);
});

describe('drain', () => {
  test('resolves at once when nothing is held', async () => {
    const { connections } = hold(0);
    expect(await connections.drain(1000)).toEqual({ finished: 0, reset: 0 });
  });

  test('resolves as soon as the last has finished', async () => {
    const { connections, held } = hold(2);
    const drained = connections.drain(1000);
    await vi.advanceTimersByTimeAsync(400);
    for (const connection of held) connection.finish();
    expect(await drained).toEqual({ finished: 2, reset: 0 });
    expect(held.some(({ wasReset }) => wasReset)).toBe(false);
  });

  test('resets what has not finished in time', async () => {
    const { connections, held } = hold(3);
    const drained = connections.drain(1000);
    held[0]?.finish();
    await vi.advanceTimersByTimeAsync(1000);
    expect(await drained).toEqual({ finished: 1, reset: 2 });
    expect(held.map(({ wasReset }) => wasReset)).toEqual([false, true, true]);
  });

  test('of no time resets everything', async () => {
    const { connections } = hold(2);
    const drained = connections.drain(0);
    await vi.advanceTimersByTimeAsync(0);
    expect(await drained).toEqual({ finished: 0, reset: 2 });
    expect(connections.size).toBe(0);
  });
});
