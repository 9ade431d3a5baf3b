import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseServiceName } from '../../src/parse/service-name.ts';

test.each(['redis', 'a', 'my-api', 'x11', '3com', 'abcdefghijklmno'])('%s is a service name', (name) => {
  expect(parseServiceName(name)).toBe(name);
});

test('a service name is lower case', () => {
  expect(parseServiceName('Redis')).toBe('redis');
});

test.each(['', '12345', '-redis', 'redis-', 'my--api', 're_dis', 'réseau', 'abcdefghijklmnop', 'a b', 'a.b'])(
  '"%s" is none, and the sentence names it',
  (name) => {
    expect(() => parseServiceName(name)).toThrow(`"${name}" is no service name`);
  },
);

test('who sets a port apart from its service is told how it is written', () => {
  expect(() => parseServiceName('12345')).toThrow('a port stands behind one, such as redis:12345');
});

test('what passes obeys RFC 6763 7.2 whatever is typed', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), (text) => {
      let name: string;
      try {
        name = parseServiceName(text);
      } catch {
        return;
      }
      expect(name).toMatch(/^(?=.*[a-z])[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/);
    }),
  );
});
