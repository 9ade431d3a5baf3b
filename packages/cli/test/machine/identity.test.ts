import { describe, expect, test } from 'vitest';
import { deriveIdentity, drawAlike } from '../../src/machine/identity.ts';

const H1 = { seed: 'a'.repeat(32), macs: ['52:54:00:00:00:01'] };

/** The characters of a host label. */
function draw(random: () => number): string {
  return Array.from({ length: 4 }, () => Math.floor(random() * 32)).join(' ');
}

describe('The identity of a machine', () => {
  test('is the same at each start, and tells nothing of what it is made of', () => {
    expect(deriveIdentity(H1)).toBe(deriveIdentity({ ...H1 }));
    expect(deriveIdentity(H1)).toMatch(/^[0-9a-f]{64}$/);
  });

  test('is another for another seed, and for a clone, which has the seed and another MAC address', () => {
    expect(deriveIdentity({ ...H1, seed: 'b'.repeat(32) })).not.toBe(deriveIdentity(H1));
    const [clone, other] = ['a4:bb:6d:00:00:01', 'a4:bb:6d:00:00:02'].map((mac) =>
      deriveIdentity({ ...H1, macs: [mac] }),
    );
    expect(clone).not.toBe(other);
  });

  test('stays while bridges, containers and tunnels come and go beside the hardware', () => {
    const own = deriveIdentity({ ...H1, macs: ['a4:bb:6d:00:00:01'] });
    const macs = ['02:42:ac:11:00:02', '00:00:00:00:00:00', 'A4-BB-6D-00-00-01', 'a6:00:00:00:00:07'];
    expect(deriveIdentity({ ...H1, macs })).toBe(own);
  });

  test('is that of the seed where no interface has an address of its own', () => {
    expect(deriveIdentity({ ...H1, macs: [] })).toBe(deriveIdentity({ ...H1, macs: ['00:00:00:00:00:00'] }));
  });
});

describe('What is drawn alike', () => {
  test('is the same for the same words, and another for what another process announces', () => {
    expect(draw(drawAlike('h1', 'announce', 'redis'))).toBe(draw(drawAlike('h1', 'announce', 'redis')));
    const all = [
      drawAlike('h1', 'announce', 'redis'),
      drawAlike('h2', 'announce', 'redis'),
      drawAlike('h1', 'up', 'redis'),
      drawAlike('h1', 'announce', 'web'),
      drawAlike('h1', 'announce', 'redis', 'web'),
      drawAlike('h1', 'announce', 'rediswe', 'b'),
    ];
    expect(new Set(all.map(draw)).size).toBe(all.length);
  });

  test('is in [0, 1), however much is drawn', () => {
    const random = drawAlike('h1');
    const drawn = Array.from({ length: 100 }, random);
    expect(drawn.every((each) => each >= 0 && each < 1)).toBe(true);
  });
});
