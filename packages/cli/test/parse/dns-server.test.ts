import { expect, test } from 'vitest';
import { InvalidValue } from '../../src/exit/cli-error.ts';
import { parseDnsServer } from '../../src/parse/dns-server.ts';

test.each([
  ['10.0.0.53:5353', '10.0.0.53', 5353],
  ['10.0.0.53', '10.0.0.53', 53],
  ['fd00::53', 'fd00::53', 53],
  ['[fe80::1%eth0]:53', 'fe80::1%eth0', 53],
  ['ns.example.com', 'ns.example.com', 53],
])('%s is host %s and port %i', (text, host, port) => {
  expect(parseDnsServer(text)).toEqual({ host, port });
});

test.each(['', '10.0.0.53:', '10.0.0.53:dns', '10.0.0', 'a b'])('"%s" is refused', (text) => {
  expect(() => parseDnsServer(text)).toThrow(InvalidValue);
});
