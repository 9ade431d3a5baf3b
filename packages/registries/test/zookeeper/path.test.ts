import { expect, test } from 'vitest';
import { isNodePath } from '../../src/zookeeper/path.ts';

test.each(['/services', '/services/redis', '/nerve/services/redis.v2/services', '/a b', '/Käse'])(
  '"%s" is a path',
  (path) => {
    expect(isNodePath(path)).toBe(true);
  },
);

test.each([
  '',
  '/',
  'services',
  '/services/',
  '//services',
  '/a//b',
  '/a/./b',
  '/a/..',
  '/a\u0000b',
  '/a\u007f',
  `/${'x'.repeat(1_024)}`,
])('%j is none', (path) => {
  expect(isNodePath(path)).toBe(false);
});
