import { describe, expect, it } from 'vitest';
import { TokenBucket } from '../src/token-bucket.ts';

function countTaken(bucket: TokenBucket, tries: number, now: number): number {
  let taken = 0;
  for (let index = 0; index < tries; index++) if (bucket.take(now)) taken++;
  return taken;
}

describe('a token bucket', () => {
  it('gives a burst of one second, then as many as time brings', () => {
    const bucket = new TokenBucket(1_000, 50);
    expect(countTaken(bucket, 2_000, 50)).toBe(1_000);
    expect(countTaken(bucket, 2_000, 51)).toBe(1);
    expect(countTaken(bucket, 2_000, 301)).toBe(250);
  });

  it('saves no more than one second', () => {
    const bucket = new TokenBucket(10, 0);
    expect(countTaken(bucket, 100, 3_600_000)).toBe(10);
  });

  it('gains nothing from a clock that runs backwards', () => {
    const bucket = new TokenBucket(10, 1_000);
    expect(countTaken(bucket, 100, 1_000)).toBe(10);
    expect(bucket.take(0)).toBe(false);
  });
});
