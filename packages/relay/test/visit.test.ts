import { expect, test } from 'vitest';
import { visitFrom } from '../src/visit.ts';

test.each([
  ['127.0.0.1', 'linux', '127.0.0.2'],
  ['127.0.0.5', 'linux', '127.0.0.2'],
  ['::1', 'linux', undefined],
  ['10.0.0.1', 'linux', undefined],
  // Elsewhere 127.0.0.1 is the only address of IPv4’s loopback.
  ['127.0.0.1', 'darwin', undefined],
  ['127.0.0.1', 'win32', undefined],
])('who listens at %s of %s is visited from %s', (address, platform, from) => {
  expect(visitFrom(address, platform)).toBe(from);
});
