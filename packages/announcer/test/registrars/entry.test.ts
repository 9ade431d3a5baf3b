import type { NetworkInterface } from '@mdns-ambassador/mdns';
import { describe, expect, test } from 'vitest';
import { nameEntry, writeEntryValue } from '../../src/registrars/entry.ts';
import { findSharedAddress } from '../../src/registrars/shared-address.ts';

const TXT = new Map<string, Uint8Array | true>([
  ['txtvers', Buffer.from('1')],
  ['id', Buffer.from('k3x9')],
  ['svc', Buffer.from('web')],
  ['st', Buffer.from('drain')],
  ['mesh', Buffer.from('0011223344556677')],
  ['mac', Buffer.from('ab.changes-every-hour')],
  ['mesh-prev', Buffer.from('7766554433221100')],
  ['mac-prev', Buffer.from('ab.changes-every-hour')],
  ['beta', true],
  ['blob', Buffer.from([0xff])],
]);
const SERVICE = { name: 'redis on h1', type: '_redis._tcp', port: 7000, txt: TXT };

describe('an entry', () => {
  test('is called after its instance and the ids of its service and its start, in plain letters', () => {
    expect(nameEntry(SERVICE, 'q2wm')).toBe('redis-on-h1-k3x9-q2wm');
    expect(nameEntry({ name: '../Käse/\n', txt: TXT }, 'q2wm')).toBe('Ka-se-k3x9-q2wm');
    expect(nameEntry({ name: '///', txt: new Map() }, 'q2wm')).toBe('service-q2wm');
  });

  test("is nerve's JSON, with what others saw in TXT as labels, but for what is no text or signed by the hour", () => {
    expect(JSON.parse(writeEntryValue({ ...SERVICE, weight: 7, priority: 2 }, '10.0.0.1'))).toEqual({
      host: '10.0.0.1',
      port: 7000,
      name: 'redis on h1',
      weight: 7,
      priority: 2,
      labels: { id: 'k3x9', st: 'drain', mesh: '0011223344556677', 'mesh-prev': '7766554433221100', beta: '' },
    });
  });
});

describe('the address that others are told', () => {
  const lan: NetworkInterface = {
    name: 'eth0',
    index: 2,
    loopback: false,
    addresses: [
      { address: 'fe80::1', family: 'IPv6', prefixLength: 64, scopeId: 0 },
      { address: 'fd00::1', family: 'IPv6', prefixLength: 64, scopeId: 0 },
      { address: '169.254.3.4', family: 'IPv4', prefixLength: 16, scopeId: 0 },
      { address: '10.0.0.1', family: 'IPv4', prefixLength: 24, scopeId: 0 },
    ],
  };
  const loopback: NetworkInterface = {
    name: 'lo',
    index: 1,
    loopback: true,
    addresses: [{ address: '127.0.0.1', family: 'IPv4', prefixLength: 8, scopeId: 0 }],
  };

  test('is IPv4 where there is one, never loopback or link-local', () => {
    expect(findSharedAddress([loopback, lan], undefined)).toEqual({ address: '10.0.0.1', interfaceName: 'eth0' });
    const only6 = { ...lan, addresses: lan.addresses.slice(0, 3) };
    expect(findSharedAddress([loopback, only6], undefined)?.address).toBe('fd00::1');
    expect(findSharedAddress([loopback], undefined)).toBeUndefined();
  });

  test.each([
    ['fe8::1', 'fe8::1'],
    ['::ffff:127.0.0.1', undefined],
    ['fe80::1', undefined],
  ])('of %s it is %s', (address, own) => {
    const on: NetworkInterface = { ...lan, addresses: [{ address, family: 'IPv6', prefixLength: 64, scopeId: 0 }] };
    expect(findSharedAddress([on], undefined)?.address).toBe(own);
  });

  test('is of the family in which the service is reached', () => {
    expect(findSharedAddress([lan], undefined, 'IPv6')?.address).toBe('fd00::1');
    expect(findSharedAddress([{ ...lan, addresses: lan.addresses.slice(2) }], undefined, 'IPv6')).toBeUndefined();
  });

  test('is one that lasts, and one that is on its way out where none of the family is left', () => {
    const standing = 'deprecated' as const;
    const renumbered = lan.addresses.map((own) => (own.address === 'fd00::1' ? { ...own, standing } : own));
    const beside = { address: 'fd00::2', family: 'IPv6', prefixLength: 64, scopeId: 0 } as const;
    expect(findSharedAddress([{ ...lan, addresses: renumbered }], undefined, 'IPv6')?.address).toBe('fd00::1');
    expect(findSharedAddress([{ ...lan, addresses: renumbered.slice(0, 3) }], undefined)?.address).toBe('fd00::1');
    expect(findSharedAddress([{ ...lan, addresses: [...renumbered, beside] }], undefined, 'IPv6')?.address).toBe(
      'fd00::2',
    );
  });

  test('is of the interfaces where the service can be reached', () => {
    expect(findSharedAddress([lan], ['wlan0'])).toBeUndefined();
  });
});
