import { beforeEach, describe, expect, it } from 'vitest';
import { PacketLimit } from '../src/packet-limit.ts';

describe('the limit of packets', () => {
  let limit: PacketLimit;

  beforeEach(() => {
    limit = new PacketLimit(0);
  });

  const send = (address: string, count: number, now: number): number =>
    Array.from({ length: count }, () => limit.admit(address, now)).filter((isAdmitted) => isAdmitted).length;

  it('is 250 at once and 100 a second for one address, and leaves room for the others', () => {
    expect(send('10.0.0.9', 5_000, 0)).toBe(250);
    expect(send('10.0.0.1', 10, 0)).toBe(10);
    expect(send('10.0.0.9', 5_000, 500)).toBe(50);
  });

  it('is 1,000 a second for all together', () => {
    const admitted = Array.from({ length: 20 }, (_, index) => send(`10.0.0.${index}`, 100, 0));
    expect(admitted.reduce((sum, count) => sum + count, 0)).toBe(1_000);
    expect(send('10.0.1.1', 100, 50)).toBe(50);
  });

  it('remembers 1,024 addresses', () => {
    send('10.0.0.9', 250, 0);
    for (let index = 0; index < 1_023; index++) limit.admit(`10.1.${index >> 8}.${index & 255}`, index);
    expect(send('10.0.0.9', 300, 0)).toBe(0);
    for (let index = 0; index < 1_024; index++) limit.admit(`10.2.${index >> 8}.${index & 255}`, 10_000 + index);
    expect(send('10.0.0.9', 300, 20_000)).toBe(250);
  });
});
