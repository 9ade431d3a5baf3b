import { expect, test } from 'vitest';
import { classifyDialFailure } from '../../src/engines/dial-failure.ts';

test.each([
  ['ECONNREFUSED', 'refused'],
  ['ECONNRESET', 'reset'],
  ['DIAL_TIMEOUT', 'timeout'],
  ['ETIMEDOUT', 'timeout'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['EINVAL', 'unreachable'],
  ['MESH_BUSY', 'busy'],
  ['MESH_DOWN', 'down'],
  ['MESH_DRAINING', 'draining'],
  ['MESH_DENIED', 'identity'],
  ['MESH_IDENTITY', 'identity'],
  ['MESH_QUARANTINE', 'identity'],
  ['MESH_REFUSED', 'reset'],
  ['EMFILE', 'local'],
  ['ENFILE', 'local'],
  ['EADDRNOTAVAIL', 'local'],
  ['ENOBUFS', 'local'],
])('%s is told to the pool as %s', (code, failure) => {
  expect(classifyDialFailure(code)).toBe(failure);
});
