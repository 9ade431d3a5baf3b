import type { Instance } from '@mdns-ambassador/mdns';
import { expect, test } from 'vitest';
import { findInviter } from '../../src/network/known-invitations.ts';

function invite(number: string, ...addresses: readonly (readonly [address: string, isFromThisHost?: boolean])[]) {
  return {
    name: `invitation ${number}`,
    port: 5351,
    txt: new Map([['n', Buffer.from(number)]]),
    addresses: addresses.map(([address, isFromThisHost = false]) => ({
      address,
      isFromThisHost,
      interfaceName: 'peer',
    })),
  } as unknown as Instance;
}

test('where others invite by this number is told, as somebody elsewhere can dial it', () => {
  const known = [
    invite('8', ['10.99.0.8']),
    invite('7', ['fe80::1%eth0'], ['fe80::2'], ['10.99.0.7'], ['2001:db8::7']),
  ];
  expect(findInviter(known, 7, '192.0.2.1')).toEqual({ host: '10.99.0.7', port: 5351 });
  expect(findInviter(known, 9, '10.99.0.2')).toBeUndefined();
});

test('this machine itself is not told of: who invites here has the port', () => {
  expect(findInviter([invite('7', ['10.99.0.1', true])], 7, '10.99.0.2')).toBeUndefined();
});

test('of several addresses that one is told which is nearest to who asks: a bridge between containers leads nobody else there', () => {
  const known = [invite('7', ['172.17.0.1'], ['192.168.7.20'], ['2001:db8:1::20'], ['2001:db8:2::20'])];
  const toldTo = (from: string): string | undefined => findInviter(known, 7, from)?.host;
  expect(['192.168.7.9', '172.17.0.3', '2001:db8:2::9', '2001:db8:1::9'].map(toldTo)).toEqual([
    '192.168.7.20',
    '172.17.0.1',
    '2001:db8:2::20',
    '2001:db8:1::20',
  ]);
});
