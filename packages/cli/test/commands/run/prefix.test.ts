import { expect, test } from 'vitest';
import { parsePrefix } from '../../../src/commands/run/prefix.ts';

test('a service and what its variables begin with', () => {
  expect(parsePrefix('redis=CACHE')).toEqual({ service: 'redis', prefix: 'CACHE' });
  expect(parsePrefix('my-api=_x1')).toEqual({ service: 'my-api', prefix: '_x1' });
});

test.each(['redis', 'redis=', '=CACHE', 'redis=1A', 'redis=A-B', 'redis=A B', 'redis=A=B'])(
  '"%s" is refused with what to write instead',
  (text) => {
    expect(() => parsePrefix(text)).toThrow(`"${text}" names no variables; write SERVICE=PREFIX, such as redis=CACHE`);
  },
);
