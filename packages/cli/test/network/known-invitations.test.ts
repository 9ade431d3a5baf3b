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
  expect(findInviter(known, 7)).toEqual({ host: '10.99.0.7', port: 5351 });
  expect(findInviter(known, 9)).toBeUndefined();
});

test('this machine itself is not told of: who invites here has the port', () => {
  expect(findInviter([invite('7', ['10.99.0.1', true])], 7)).toBeUndefined();
});
