import { expect, test } from 'vitest';
import { parseElements, parseTables } from '../../../src/engines/nftables/guard.ts';

test('tables are read by name, and elements of a set too', () => {
  expect(parseTables('table ip filter\ntable ip ambassador-6379-0a1b-guard\n')).toEqual([
    'filter',
    'ambassador-6379-0a1b-guard',
  ]);
  expect(
    parseElements('table ip t {\n\tset restored {\n\t\ttype ifname\n\t\telements = { "eth0",\n\t\t\t     "wlan0" }\n'),
  ).toEqual(['eth0', 'wlan0']);
  expect(parseElements('table ip t {\n\tset restored {\n\t\ttype ifname\n\t}\n}')).toEqual([]);
});
