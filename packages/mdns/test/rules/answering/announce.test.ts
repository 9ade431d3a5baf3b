import { describe, expect, it } from 'vitest';
import { Announcing } from '../../../src/rules/answering/announce.ts';

function run(announcement: Announcing, until: number): readonly (readonly [number, readonly string[]])[] {
  const done: [number, string[]][] = [];
  while (announcement.deadline() <= until) {
    const now = announcement.deadline();
    done.push([now, [...(announcement.advance(now) ?? [])]]);
  }
  return done;
}

describe('Announcement', () => {
  it('announces at once, after one second, and after two more (RFC 6762 8.3)', () => {
    const announcement = new Announcing();
    announcement.start(['a'], 100);
    expect(run(announcement, 100_000)).toEqual([
      [100, ['a']],
      [1_100, ['a']],
      [3_100, ['a']],
    ]);
    expect(announcement.kind).toBe('announced');
  });

  it('announces only what changed when all was announced before (RFC 6762 8.4)', () => {
    const announcement = new Announcing();
    announcement.start(['a', 'b'], 0);
    run(announcement, 100_000);
    announcement.start(['b'], 100_000);
    expect(run(announcement, 200_000)).toEqual([
      [100_000, ['b']],
      [101_000, ['b']],
      [103_000, ['b']],
    ]);
  });

  it('begins again with everything when something changes while it announces (RFC 6762 8.4)', () => {
    const announcement = new Announcing();
    announcement.start(['a'], 0);
    run(announcement, 1_000);
    announcement.start(['b'], 1_500);
    expect(run(announcement, 100_000)).toEqual([
      [1_500, ['a', 'b']],
      [2_500, ['a', 'b']],
      [4_500, ['a', 'b']],
    ]);
  });

  it('stops', () => {
    const announcement = new Announcing();
    announcement.start(['a'], 0);
    announcement.stop();
    expect(run(announcement, 100_000)).toEqual([]);
    expect(announcement.kind).toBe('idle');
  });
});
