import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIpv4, formatIpv6, isLinkLocalIpv6, parseIpv4, parseIpv6 } from '../../src/wire/address.ts';

const bytes = (count: number): fc.Arbitrary<Uint8Array> =>
  fc
    .array(fc.oneof(fc.constant(0), fc.nat({ max: 255 })), { minLength: count, maxLength: count })
    .map((values) => Uint8Array.from(values));

describe('addresses', () => {
  it('are read as they are written', () => {
    fc.assert(
      fc.property(bytes(4), bytes(16), (ipv4, ipv6) => {
        expect(parseIpv4(formatIpv4(ipv4))).toEqual(ipv4);
        expect(parseIpv6(formatIpv6(ipv6))).toEqual(ipv6);
      }),
    );
  });

  it.each([
    ['2001:DB8::1', '2001:db8::1'],
    ['::FFFF:10.0.0.1', '::ffff:10.0.0.1'],
    ['64:ff9b::10.0.0.1', '64:ff9b::a00:1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['0:0:0:0:0:0:0:0', '::'],
  ])('are read in every notation: %s', (text, canonical) => {
    expect(formatIpv6(parseIpv6(text) ?? new Uint8Array())).toBe(canonical);
  });

  it.each(['', '1.2.3', '1.2.3.4.5', '256.0.0.1', '1.2.3.x', '1.2.3.-4', '::1'])(
    'are not read from %j as IPv4',
    (text) => {
      expect(parseIpv4(text)).toBeUndefined();
    },
  );

  it.each([
    '',
    ':',
    '1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '12345::',
    'g::',
    '1:2:3:4:5:6:7:8::',
    '::1.2.3',
    'fe80::1%eth0',
  ])('are not read from %j as IPv6', (text) => {
    expect(parseIpv6(text)).toBeUndefined();
  });
});

it.each([
  ['fe80::1', true],
  ['FEBF::1%eth0', true],
  ['fec0::1', false],
  ['fe8::1', false],
  ['::1', false],
  ['169.254.1.1', false],
  ['fe80', false],
])('%s is link-local IPv6: %s', (address, isSo) => {
  expect(isLinkLocalIpv6(address)).toBe(isSo);
});
