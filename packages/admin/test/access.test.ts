import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findRefusal, isLoopbackHost, type RequestOrigin } from '../src/access.ts';

const WELCOME: RequestOrigin = {
  hosts: ['127.0.0.1:9901'],
  origin: undefined,
  fetchSite: undefined,
  fetchDestination: undefined,
  localPort: 9901,
};

describe('the Host header', () => {
  test.each(['localhost:9901', 'LOCALHOST:9901', '127.0.0.1:9901', '127.0.0.2:9901', '[::1]:9901'])(
    '%s is this machine',
    (host) => {
      expect(isLoopbackHost(host, 9901)).toBe(true);
      expect(isLoopbackHost(host, 9902)).toBe(false);
    },
  );

  test.each([
    'evil.example:9901',
    'localhost.evil.example:9901',
    '127.0.0.1.evil.example:9901',
    'evil.example',
    'localhost',
    '127.0.0.1',
    '0.0.0.0:9901',
    '10.99.0.1:9901',
    '[::]:9901',
    '::1:9901',
    'localhost:9901:9901',
    'user@localhost:9901',
    'localhost :9901',
    '',
    ':9901',
  ])('"%s" is not', (host) => {
    expect(isLoopbackHost(host, 9901)).toBe(false);
  });

  test('without a port it means port 80', () => {
    expect(isLoopbackHost('localhost', 80)).toBe(true);
  });

  test('on a unix socket only the name counts', () => {
    expect(['localhost', 'localhost:1', '[::1]:99'].every((host) => isLoopbackHost(host, undefined))).toBe(true);
    expect(isLoopbackHost('evil.example', undefined)).toBe(false);
  });

  test('no name of the public DNS is ever this machine', () => {
    fc.assert(
      fc.property(fc.domain(), fc.integer({ min: 1, max: 65_535 }), (name, port) => {
        expect(isLoopbackHost(`${name}:${port}`, port)).toBe(false);
      }),
    );
  });
});

describe('who may ask', () => {
  test('a program on this machine', () => {
    expect(findRefusal(WELCOME)).toBeUndefined();
  });

  test('the dashboard itself, and a link that somebody follows', () => {
    expect(findRefusal({ ...WELCOME, fetchSite: 'same-origin', fetchDestination: 'empty' })).toBeUndefined();
    expect(findRefusal({ ...WELCOME, fetchSite: 'none', fetchDestination: 'document' })).toBeUndefined();
    expect(findRefusal({ ...WELCOME, fetchSite: 'cross-site', fetchDestination: 'document' })).toBeUndefined();
  });

  test.each(['http://evil.example', 'http://127.0.0.1:9901', 'null', ''])('nobody with the Origin "%s"', (origin) => {
    expect(findRefusal({ ...WELCOME, origin })).toContain('Origin');
  });

  test.each([
    ['cross-site', 'image'],
    ['cross-site', 'empty'],
    ['cross-site', 'iframe'],
    ['cross-site', undefined],
    ['same-site', 'script'],
  ])('no page that is %s and wants a(n) %s', (fetchSite, fetchDestination) => {
    expect(findRefusal({ ...WELCOME, fetchSite, fetchDestination })).toContain('other web pages');
  });

  test('nobody without a Host header, or with two', () => {
    expect(findRefusal({ ...WELCOME, hosts: [] })).toContain('Host');
    expect(findRefusal({ ...WELCOME, hosts: ['localhost:9901', 'localhost:9901'] })).toContain('Host');
  });
});
