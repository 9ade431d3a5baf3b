import { describe, expect, test } from 'vitest';
import { Crowd, type Newcomer } from '../../src/server/crowd.ts';

const MEMBER: Newcomer = { isMember: true, own: 32, ownWaitedMs: 0, queueWaitedMs: 0 };
const STRANGER: Newcomer = { ...MEMBER, isMember: false };

describe('Who comes to a door', () => {
  test.each([
    ['those before it of its own address', { ownWaitedMs: 3_001 }],
    ['those in the queue of the kernel', { queueWaitedMs: 3_001 }],
  ])('is turned away where %s have waited for too long', (_, waited) => {
    expect(new Crowd().refuses(MEMBER, 0)).toBe(false);
    expect(new Crowd().refuses({ ...MEMBER, ...waited }, 0)).toBe(true);
    expect(new Crowd().refuses({ ...STRANGER, ...waited }, 0)).toBe(true);
  });

  test('is not where nobody of its own is inside', () => {
    expect(new Crowd().refuses({ ...STRANGER, own: 0, queueWaitedMs: 60_000 }, 0)).toBe(false);
  });

  test('is not, as a member, for a crowd of strangers', () => {
    const crowd = new Crowd();
    for (let index = 0; index < 100; index++) crowd.refuses({ ...STRANGER, queueWaitedMs: 4_000 }, 0);
    expect(crowd.refuses({ ...MEMBER, queueWaitedMs: 4_000 }, 0)).toBe(false);
    expect(crowd.refuses({ ...MEMBER, ownWaitedMs: 4_000 }, 0)).toBe(true);
    expect(crowd.refuses({ ...MEMBER, queueWaitedMs: 4_000 }, 1_000)).toBe(true);
  });

  test('is not, as a member, the sooner because strangers were', () => {
    const crowd = new Crowd();
    crowd.refuses({ ...STRANGER, queueWaitedMs: 4_000 }, 0);
    expect(crowd.refuses({ ...STRANGER, queueWaitedMs: 300 }, 1_000)).toBe(true);
    expect(crowd.refuses({ ...MEMBER, queueWaitedMs: 300 }, 2_000)).toBe(false);
  });
});
