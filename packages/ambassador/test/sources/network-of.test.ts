import { expect, test } from 'vitest';
import { judgeAddress, parseCidr } from '../../src/sources/address-policy.ts';
import { guessNetwork } from '../../src/sources/network-of.ts';

test.each([
  ['10.98.77.5', '10.98.77.0/24'],
  ['192.168.1.254', '192.168.1.0/24'],
  ['fd12:3456:789a:1::5', 'fd12:3456:789a:1::/64'],
  ['fd00::5', 'fd00:0:0:0::/64'],
  ['8.8.8.8', '8.8.8.8'],
  ['2a00:1450::1', '2a00:1450::1'],
])('The network of %s is %s, and with it allowed the address is accepted', (address, network) => {
  expect(guessNetwork(address)).toBe(network);
  const candidate = { address, interfaceName: 'eth0', isFromThisHost: false };
  const context = { interfaces: [], allowed: [parseCidr(guessNetwork(address))] };
  expect(judgeAddress(candidate, context).kind).toBe('accepted');
});
