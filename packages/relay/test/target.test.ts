import { expect, test } from 'vitest';
import { formatTarget } from '../src/target.ts';

test.each([
  [{ kind: 'tcp', address: '127.0.0.1', port: 6379 } as const, '127.0.0.1:6379'],
  [{ kind: 'tcp', address: 'fe80::1%eth0', port: 80 } as const, '[fe80::1%eth0]:80'],
  [{ kind: 'unix', path: '/run/redis.sock' } as const, 'unix:/run/redis.sock'],
])('%j is written %s', (target, written) => {
  expect(formatTarget(target)).toBe(written);
});
