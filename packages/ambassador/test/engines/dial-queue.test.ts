import { ManualClock } from '@mdns-ambassador/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { DialQueue, type DialTurn } from '../../src/engines/dial-queue.ts';

const FIRST_LIMIT = 32;
const HOLD_MS = 1_000;

let clock: ManualClock;
let queue: DialQueue;
let begun: number[];

beforeEach(() => {
  clock = new ManualClock();
  queue = new DialQueue({ clock, busyShare: () => 0 });
  begun = [];
});

/** So many ask, named by number from `first` on. */
function ask(count: number, first = 0): readonly DialTurn[] {
  return Array.from({ length: count }, (_, index) => queue.ask(() => void begun.push(first + index)));
}

describe('Who wants to dial', () => {
  test('does so at once where there is room, and else in the order in which they came', () => {
    const turns = ask(FIRST_LIMIT + 3);
    expect(begun).toHaveLength(FIRST_LIMIT);
    turns[5]?.done(false);
    turns[6]?.done(false);
    expect(begun.slice(FIRST_LIMIT)).toEqual([FIRST_LIMIT, FIRST_LIMIT + 1]);
  });

  test('and leaves before its turn is not called', () => {
    const turns = ask(FIRST_LIMIT + 2);
    turns[FIRST_LIMIT]?.done(false);
    turns[0]?.done(false);
    expect(begun.at(-1)).toBe(FIRST_LIMIT + 1);
  });

  test('gives its turn back once', () => {
    const turns = ask(FIRST_LIMIT + 2);
    turns[0]?.done(false);
    turns[0]?.done(false);
    expect(begun).toHaveLength(FIRST_LIMIT + 1);
  });

  test('keeps nobody from it who has been silent for a second', async () => {
    ask(FIRST_LIMIT + 1);
    await clock.advance(HOLD_MS - 1);
    expect(begun).toHaveLength(FIRST_LIMIT);
    await clock.advance(1);
    expect(begun).toHaveLength(FIRST_LIMIT + 1);
  });

  test('may be done as soon as it begins, for thousands in a row', () => {
    const turns = ask(FIRST_LIMIT);
    let done = 0;
    for (let index = 0; index < 50_000; index++) {
      queue.ask((turn) => {
        done += 1;
        turn.done(false);
      });
    }
    turns[0]?.done(false);
    expect(done).toBe(50_000);
    expect(queue.waitMs).toBe(0);
  });
});

describe('Who comes will wait', () => {
  test('as long as the first before it has, at least', async () => {
    const turns = ask(FIRST_LIMIT);
    expect(queue.waitMs).toBe(0);
    ask(1, 100);
    await clock.advance(300);
    ask(1, 101);
    await clock.advance(100);
    expect(queue.waitMs).toBe(400);
    turns[0]?.done(false);
    expect(queue.waitMs).toBe(100);
  });

  test('and as long as those before it take by how many were done of late', async () => {
    const turns = [...ask(FIRST_LIMIT + 1_000)];
    for (let index = 0; index < 11; index++) {
      await clock.advance(50);
      turns.shift()?.done(false);
    }
    expect(queue.waitMs).toBe((1_000 - 11) * 50);
  });

  test('which is not known by how few came before they had to wait', async () => {
    for (const turn of ask(20)) {
      await clock.advance(100);
      turn.done(true);
    }
    ask(FIRST_LIMIT + 1_000);
    await clock.advance(10);
    expect(queue.waitMs).toBe(10);
  });
});

test('more have turns where endpoints answer quickly', async () => {
  const turns = ask(FIRST_LIMIT + 10);
  await clock.advance(5);
  turns[0]?.done(true);
  expect(begun).toHaveLength(FIRST_LIMIT + 2);
});
