import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDomain } from '../../src/rules/domain.ts';
import { hostLabelOf } from '../../src/rules/host-label.ts';
import { ownLoopbackAddress } from '../../src/rules/own-address.ts';

test('a name that is a label of a host is itself, in lower case; what was lost of others is marked', () => {
  expect(hostLabelOf('a')).toEqual({ own: 'a', reading: 'a' });
  expect(hostLabelOf('Redis-1')).toEqual({ own: 'redis-1', reading: 'redis-1' });
  expect(hostLabelOf('redis on h1')).toEqual({ own: 'redis-on-h1-0zlcgks', reading: 'redis-on-h1' });
  expect(hostLabelOf('Wohnzimmer (2)').reading).toBe('wohnzimmer-2');
  expect(hostLabelOf('日本')).toEqual({ own: expect.stringMatching(/^x-[0-9a-z]{7}$/), reading: '' });
});

test('whatever a name is, it can be typed as a host is', () => {
  const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (name) => label.test(hostLabelOf(name).own)));
});

test('a service has the same loopback address everywhere, where neither people nor programs have theirs', () => {
  expect([ownLoopbackAddress('a'), ownLoopbackAddress('b')]).toEqual(['127.87.216.221', '127.93.233.184']);
  expect(ownLoopbackAddress('Postgres')).toBe(ownLoopbackAddress('postgres'));
  fc.assert(
    fc.property(fc.string(), (service) => {
      const [first, second = 0, , last = 0] = ownLoopbackAddress(service).split('.').map(Number);
      return first === 127 && second >= 64 && second < 128 && last > 0 && last < 255;
    }),
  );
});

test('a domain is one that is nobody else’s', () => {
  expect(parseDomain('Ambassador.Internal.')).toEqual(['ambassador', 'internal']);
  expect(parseDomain('local')).toBe('multicast');
  expect(parseDomain('x.LOCAL.')).toBe('multicast');
  expect(parseDomain('app.localhost')).toBe('loopback');
  for (const text of ['', '.', 'a..b', '-a', 'a_b', 'a b', 'é']) expect(parseDomain(text), text).toBe('malformed');
  expect(parseDomain(`${'a.'.repeat(60)}b`)).toBe('too-long');
});
