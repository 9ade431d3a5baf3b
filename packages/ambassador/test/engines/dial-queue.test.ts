import { Overload } from '@mdns-ambassador/relay';
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

/** One of these is reached every `everyMs`. */
async function reachEach(turns: readonly DialTurn[], everyMs: number): Promise<void> {
  for (const turn of turns) {
    await clock.advance(everyMs);
    turn.done(true);
  }
}

describe('Who comes will wait', () => {
  test('as long as the first before it has while others were reached, at least', async () => {
    const turns = ask(FIRST_LIMIT);
    expect(queue.waitMs).toBe(0);
    ask(1_000, 100);
    await reachEach(turns.slice(0, 4), 100);
    expect(queue.waitMs).toBe(400);
  });

  test('and as long as those before it take by how many were reached of late', async () => {
    const turns = ask(FIRST_LIMIT + 1_000);
    await reachEach(turns.slice(0, 11), 50);
    // One more at once for each that was quick.
    expect(queue.waitMs).toBe((1_000 - 2 * 11) * 50);
  });

  test('which is not known by how few came before they had to wait', async () => {
    await reachEach(ask(20), 100);
    ask(FIRST_LIMIT + 1_000);
    await clock.advance(10);
    expect(queue.waitMs).toBe(10);
  });

  test('nor by how few were reached before everybody was silent, or this process stood still', async () => {
    const turns = ask(FIRST_LIMIT + 1_000);
    await reachEach(turns.slice(0, 2), 200);
    await clock.advance(700);
    turns[2]?.done(true);
    expect(queue.waitMs).toBe(200 + 200 + 700);
  });

  test('nor by how many were reached before a pause', async () => {
    const turns = ask(FIRST_LIMIT + 1_000);
    await reachEach(turns.slice(0, 11), 50);
    expect(queue.waitMs).toBeGreaterThan(10_000);
    await clock.advance(250);
    expect(queue.waitMs).toBe(11 * 50 + 250);
  });

  test('for no longer than a second on account of nobody being reached', async () => {
    ask(FIRST_LIMIT + 1_000);
    for (let second = 1; second <= 8; second++) {
      await clock.advance(1_000);
      expect(queue.waitMs).toBe(1_000);
    }
  });
});

test.each([1_500, 3_000, 5_000])(
  'of 88 that come a second nobody is turned away where all wait for one handshake that takes %i ms',
  async (handshakeMs) => {
    const [from, everyMs, answerMs] = [1_000, 1_000 / 88, 5];
    const overload = new Overload();
    let refused = 0;
    for (let now = 0; now < 15_000; now += everyMs) {
      await clock.advance(now - clock.now());
      if (queue.waitMs > 0 && overload.refuses(queue.waitMs, now)) refused += 1;
      else {
        queue.ask((turn) => {
          const begunAt = clock.now();
          const silentMs = begunAt < from ? 0 : Math.max(0, from + handshakeMs - begunAt);
          clock.after(silentMs + answerMs, () => turn.done(true));
        });
      }
    }
    expect(refused).toBe(0);
  },
);

test('more have turns where endpoints answer quickly', async () => {
  const turns = ask(FIRST_LIMIT + 10);
  await clock.advance(5);
  turns[0]?.done(true);
  expect(begun).toHaveLength(FIRST_LIMIT + 2);
});
