import { RelayError, type Target } from '@mdns-ambassador/relay';
import { expect, test } from 'vitest';
import { describeMissingLoopback, explainListenError } from '../../src/daemon/listen-error.ts';

const tcp = (port: number): Target => ({ kind: 'tcp', address: '127.0.0.1', port });
const REDIS = { service: 'redis', listen: [tcp(6379), tcp(5432)] };

test.each([
  ['EADDRINUSE', 6379, 64, 'such as redis:16379'],
  ['EADDRINUSE', 5432, 64, 'such as redis:15432'],
  ['EACCES', 6379, 77, 'this user may not listen on 127.0.0.1:6379'],
  ['EADDRNOTAVAIL', 6379, 64, 'has no address 127.0.0.1; write'],
  ['EIO', 6379, 64, "can't listen on 127.0.0.1:6379"],
])('%s on port %i ends with %i and says %s', (code, port, exitCode, words) => {
  const error = explainListenError(new RelayError(code, `can't listen on 127.0.0.1:${port}: ${code}`), REDIS, 'linux');
  expect(error.exitCode).toBe(exitCode);
  expect(error.message).toContain(words);
});

test('above 55535 another free port is offered, and for a socket another path', () => {
  const high = { service: 'x', listen: [tcp(60_000)] };
  expect(explainListenError(new RelayError('EADDRINUSE', '127.0.0.1:60000'), high, 'linux').message).toContain(
    'x:20000',
  );
  const unix = { service: 'x', listen: [{ kind: 'unix' as const, path: '/run/x' }] };
  expect(explainListenError(new RelayError('EADDRINUSE', 'unix:/run/x'), unix, 'linux').message).toContain(
    'write another path',
  );
  const file = 'unix:/run/x is a file or a folder, and no socket; write another path';
  expect(explainListenError(new RelayError('NO_SOCKET', file), unix, 'linux').message).toBe(file);
});

test('a loopback address that macOS has not yet is told of with the command that adds it', () => {
  expect(describeMissingLoopback('127.87.216.221', 'darwin')).toBe(
    'this machine has no address 127.87.216.221; add it with sudo ifconfig lo0 alias 127.87.216.221 up, which lasts until the next start',
  );
  for (const platform of ['linux', 'win32']) {
    expect(describeMissingLoopback('10.0.0.9', platform)).toContain('write one of its own');
  }
  expect(describeMissingLoopback('10.0.0.9', 'darwin')).toContain('write one of its own');
});
