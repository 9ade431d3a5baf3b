import type { BrowseEvent, BrowseOptions, Instance } from '@mdns-ambassador/mdns';
import { expect, test } from 'vitest';
import { findInviters, type Inviter, mayBeInviter } from '../../../src/commands/mesh/find-inviter.ts';
import { JOIN_TYPE } from '../../../src/network/join-place.ts';
import type { LocalNetwork } from '../../../src/network/local-network.ts';

const network = {
  interfaces: () => [
    {
      name: 'eth0',
      loopback: false,
      addresses: [{ address: '10.99.0.2', family: 'IPv4', prefixLength: 24 }],
    },
  ],
  ownAddresses: () => new Set(['10.99.0.2']),
} as unknown as LocalNetwork['network'];

function look(): {
  readonly found: Inviter[];
  readonly tell: (name: string, number: string, ...addresses: string[]) => void;
} {
  const found: Inviter[] = [];
  let onEvent = (_event: BrowseEvent): void => undefined;
  const node = {
    browse: ({ type }: BrowseOptions, listener: (event: BrowseEvent) => void) => {
      expect(type).toBe(JOIN_TYPE);
      onEvent = listener;
      return { close: () => undefined };
    },
  } as unknown as Parameters<typeof findInviters>[0]['node'];
  findInviters({ node, network }, 7, (inviter) => found.push(inviter));
  return {
    found,
    tell: (name, number, ...addresses) =>
      onEvent({
        kind: 'added',
        instance: {
          name,
          port: 5351,
          txt: new Map([['n', Buffer.from(number)]]),
          addresses: addresses.map((address) => ({ address, interfaceName: 'eth0', isFromThisHost: false })),
        } as unknown as Instance,
      }),
  };
}

test('those of another number are passed over, and one is told once', () => {
  const { found, tell } = look();
  tell('invitation 8', '8', '10.99.0.3');
  tell('invitation 7', '7', '10.99.0.1', '10.99.0.1');
  tell('invitation 7', '7', '10.99.0.4');
  expect(found).toEqual([{ name: 'invitation 7', places: [{ host: '10.99.0.1', port: 5351 }], origin: 'link' }]);
});

test('what leads beyond the link or to this machine is not dialled', () => {
  const { found, tell } = look();
  tell('a', '7', '8.8.8.8', '127.0.0.1', '169.254.169.254', '10.99.0.2');
  tell('b', '7', '8.8.8.8', '10.99.0.9');
  expect(found).toEqual([{ name: 'b', places: [{ host: '10.99.0.9', port: 5351 }], origin: 'link' }]);
});

test('of many who say that they invite by this number three are tried', () => {
  const { found, tell } = look();
  for (let index = 1; index < 10; index++) tell(`invitation 7 (${index})`, '7', `10.99.0.1${index}`);
  expect(found).toHaveLength(3);
});

test('a peer sends who asks for an inviter to another machine, and to no place that is none', () => {
  const may = (host: string): boolean => mayBeInviter({ host, port: 5351 });
  expect(['10.99.0.1', '192.0.2.7', 'fd00::7'].every(may)).toBe(true);
  const never = [
    '127.0.0.1',
    '::1',
    '::ffff:127.0.0.1',
    '0.0.0.0',
    '224.0.0.251',
    '169.254.169.254',
    'fe80::1',
    'inviter.example',
  ];
  expect(never.filter(may)).toEqual([]);
});
