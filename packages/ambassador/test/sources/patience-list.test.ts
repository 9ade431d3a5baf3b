import { ManualClock } from '@mdns-ambassador/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { PatienceList } from '../../src/sources/patience-list.ts';

describe('the patience with those who leave', () => {
  let clock: ManualClock;
  let list: PatienceList;
  let givenUp: string[];

  beforeEach(() => {
    clock = new ManualClock();
    list = new PatienceList(clock, 2_000);
    givenUp = [];
  });

  const wait = (id: string) => list.await(id, () => givenUp.push(id));

  test('ends once it is over, counted from the first time', async () => {
    wait('a');
    await clock.advance(1_500);
    wait('a');
    await clock.advance(500);
    expect(givenUp).toEqual(['a']);
    expect(clock.pendingTimers).toBe(0);
  });

  test('forgives who comes back', async () => {
    wait('a');
    list.forgive('a');
    list.forgive('b');
    await clock.advance(5_000);
    expect(givenUp).toEqual([]);
  });

  test('gives the oldest up first when more than 256 are waited for', () => {
    for (let index = 0; index < 258; index++) wait(`i${index}`);
    expect(givenUp).toEqual(['i0', 'i1']);
    expect(clock.pendingTimers).toBe(256);
  });

  test('leaves nothing behind when it is cleared', () => {
    wait('a');
    list.clear();
    expect(clock.pendingTimers).toBe(0);
    expect(givenUp).toEqual([]);
  });
});
