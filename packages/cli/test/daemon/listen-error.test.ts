import { RelayError, type Target } from '@mdns-ambassador/relay';
import { expect, test } from 'vitest';
import { explainListenError } from '../../src/daemon/listen-error.ts';

const tcp = (port: number): Target => ({ kind: 'tcp', address: '127.0.0.1', port });
const REDIS = { service: 'redis', listen: [tcp(6379), tcp(5432)] };

test.each([
  ['EADDRINUSE', 6379, 64, 'such as redis:16379'],
  ['EADDRINUSE', 5432, 64, 'such as redis:15432'],
  ['EACCES', 6379, 77, 'this user may not listen on 127.0.0.1:6379'],
  ['EADDRNOTAVAIL', 6379, 64, 'has no address 127.0.0.1; write'],
  ['EIO', 6379, 64, "can't listen on 127.0.0.1:6379"],
])('%s on port %i ends with %i and says %s', (code, port, exitCode, words) => {
  const error = explainListenError(new RelayError(code, `can't listen on 127.0.0.1:${port}: ${code}`), REDIS);
  expect(error.exitCode).toBe(exitCode);
  expect(error.message).toContain(words);
});

test('above 55535 another free port is offered, and for a socket another path', () => {
  const high = { service: 'x', listen: [tcp(60_000)] };
  expect(explainListenError(new RelayError('EADDRINUSE', '127.0.0.1:60000'), high).message).toContain('x:20000');
  const unix = { service: 'x', listen: [{ kind: 'unix' as const, path: '/run/x' }] };
  expect(explainListenError(new RelayError('EADDRINUSE', 'unix:/run/x'), unix).message).toContain('write another path');
});
