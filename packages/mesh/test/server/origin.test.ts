import { expect, test } from 'vitest';
import { originOf } from '../../src/server/origin.ts';

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
  ['2001:db8:0:1::5', '2001:db8:0:1::/64'],
  ['2001:db8::5', '2001:db8:0:0::/64'],
  ['fd00::', 'fd00:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64%eth0'],
  ['fe80::1:2:3:4%eth1', 'fe80:0:0:0::/64%eth1'],
  ['', ''],
])('%s comes from %s', (address, origin) => {
  expect(originOf(address)).toBe(origin);
});
