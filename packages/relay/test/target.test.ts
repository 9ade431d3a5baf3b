import { expect, test } from 'vitest';
import { formatListenPlace, formatTarget, isLocalTarget } from '../src/target.ts';

test.each([
  [{ kind: 'tcp', address: '127.0.0.1', port: 6379 } as const, '127.0.0.1:6379'],
  [{ kind: 'tcp', address: 'fe80::1%eth0', port: 80 } as const, '[fe80::1%eth0]:80'],
  [{ kind: 'unix', path: '/run/redis.sock' } as const, 'unix:/run/redis.sock'],
])('%j is written %s', (target, written) => {
  expect(formatTarget(target)).toBe(written);
});

test('only loopback addresses and unix sockets are local', () => {
  const isLocal = (address: string): boolean => isLocalTarget({ kind: 'tcp', address, port: 1 });
  expect(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'].map(isLocal)).toEqual([true, true, true, true]);
  expect(['0.0.0.0', '::', '10.0.0.1', '128.0.0.1', '::ffff:10.0.0.1'].map(isLocal)).not.toContain(true);
  expect(isLocalTarget({ kind: 'unix', path: '/run/x' })).toBe(true);
});

test('a passed socket is named by its descriptor, any other place as it is written', () => {
  expect(formatListenPlace({ kind: 'inherited', fd: 3, allowRemote: false })).toBe('the passed socket 3');
  expect(formatListenPlace({ kind: 'unix', path: '/run/x' })).toBe('unix:/run/x');
});
