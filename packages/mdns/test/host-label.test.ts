import { describe, expect, it } from 'vitest';
import { hostLabel } from '../src/host-label.ts';

describe('the host label', () => {
  it('is the host name and four random characters', () => {
    const randoms = [10 / 32, 27 / 32, 23 / 32, 29 / 32];
    expect(hostLabel('h1', () => randoms.shift() ?? 0)).toBe('h1-k3x5');
  });

  it.each([
    ['H1.example.com', 'h1-aaaa'],
    ["Ann's MacBook Pro", 'ann-s-macbook-pro-aaaa'],
    ['--x--', 'x-aaaa'],
    ['', 'host-aaaa'],
    ['日本', 'host-aaaa'],
    ['x'.repeat(80), `${'x'.repeat(58)}-aaaa`],
  ])('of %j is %s', (hostname, label) => {
    expect(hostLabel(hostname, () => 0)).toBe(label);
    expect(label.length).toBeLessThanOrEqual(63);
  });
});
