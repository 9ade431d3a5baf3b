import { formatPlace } from '@mdns-ambassador/relay';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvalidValue } from '../../src/exit/cli-error.ts';
import { parseHostPort } from '../../src/parse/host-port.ts';

test.each([
  ['127.0.0.1:3000', '127.0.0.1', 3000],
  ['[::1]:3000', '::1', 3000],
  ['[fe80::1%eth0]:1', 'fe80::1%eth0', 1],
  ['db.example.com:5432', 'db.example.com', 5432],
])('%s is host %s and port %i', (text, host, port) => {
  expect(parseHostPort(text)).toEqual({ host, port });
});

test.each([
  '',
  'nowhere',
  ':80',
  '127.0.0.1',
  '127.0.0.1:',
  '1.2.3:80',
  '[127.0.0.1]:80',
  '::1:80',
  '[::1]',
  'a b:80',
  'x:70000',
  'x:0',
])('"%s" is refused', (text) => {
  expect(() => parseHostPort(text)).toThrow(InvalidValue);
});

test('an IPv6 address without brackets is shown with them', () => {
  expect(() => parseHostPort('fd00::1')).toThrow('[fd00::1]:6379');
});

test('port 0 is allowed only where the system may choose', () => {
  expect(parseHostPort('127.0.0.1:0', { ephemeral: true })).toEqual({ host: '127.0.0.1', port: 0 });
});

test('every address and port is read back as it was written', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 1, max: 65_535 }), (host, port) => {
      expect(parseHostPort(formatPlace(host, port))).toEqual({ host, port });
    }),
  );
});

test('whatever is typed ends in an address or a sentence', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        parseHostPort(text);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidValue);
      }
    }),
  );
});
