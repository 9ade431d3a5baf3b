import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ProxyHeader, ProxyHeaderError } from '../../src/proxy-protocol/header.ts';
import { parseProxyHeader } from '../../src/proxy-protocol/parse-header.ts';
import { encodeProxyHeader, LONGEST_HEADER, SIGNATURE } from '../../src/proxy-protocol/v2.ts';

const IPV4: ProxyHeader = {
  kind: 'forwarded',
  source: { address: '192.168.0.1', port: 56324 },
  destination: { address: '192.168.0.11', port: 443 },
};
const IPV6: ProxyHeader = {
  kind: 'forwarded',
  source: { address: 'fd00::1', port: 1 },
  destination: { address: '2001:db8::f', port: 65535 },
};
const BEHIND = Buffer.from('GET / HTTP/1.1\r\n');
const SIGNATURE_HEX = '0d0a0d0a000d0a515549540a';

/** proxy-protocol.txt 2.1 and 2.2, its longest lines among them. */
const VECTORS: readonly (readonly [string, Buffer, ProxyHeader])[] = [
  ['the example of a line', line('PROXY TCP4 192.168.0.1 192.168.0.11 56324 443'), IPV4],
  [
    'the longest TCP4',
    line('PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535'),
    { kind: 'forwarded', source: lastOf('255.255.255.255'), destination: lastOf('255.255.255.255') },
  ],
  [
    'the longest TCP6',
    line(`PROXY TCP6 ${fullIpv6('f')} ${fullIpv6('F')} 65535 65535`),
    { kind: 'forwarded', source: lastOf(fullIpv6('f')), destination: lastOf(fullIpv6('f')) },
  ],
  ['a short TCP6', line('PROXY TCP6 fd00::1 2001:db8:0:0::f 1 65535'), IPV6],
  ['UNKNOWN, short', line('PROXY UNKNOWN'), { kind: 'unknown' }],
  ['UNKNOWN, longest', line(`PROXY UNKNOWN ${fullIpv6('f')} ${fullIpv6('f')} 65535 65535`), { kind: 'unknown' }],
  ['TCP over IPv4', hex('2111000c', 'c0a80001', 'c0a8000b', 'dc04', '01bb'), IPV4],
  ['TCP over IPv4 with TLVs', hex('21110013', 'c0a80001', 'c0a8000b', 'dc04', '01bb', '0400040a0b0c0d'), IPV4],
  [
    'TCP over IPv6',
    hex('21210024', 'fd000000000000000000000000000001', '20010db800000000000000000000000f', '0001', 'ffff'),
    IPV6,
  ],
  ['LOCAL', hex('20000000'), { kind: 'local' }],
  ['LOCAL whose family and addresses are ignored', hex('20ff0003', '010203'), { kind: 'local' }],
  ['UNSPEC with bytes that are skipped', hex('21000003', '010203'), { kind: 'unknown' }],
  ['UDP over IPv4', hex('2112000c', 'c0a80001', 'c0a8000b', 'dc04', '01bb'), { kind: 'unknown' }],
  ['a unix socket', Buffer.concat([hex('213100d8'), Buffer.alloc(216)]), { kind: 'unknown' }],
];

for (const [what, bytes, value] of VECTORS) {
  test(`reads ${what}, cut anywhere, and nothing behind it`, () => {
    expect(parseProxyHeader(Buffer.concat([bytes, BEHIND]))).toEqual({ kind: 'parsed', value, size: bytes.length });
    for (let length = 0; length < bytes.length; length += 1) {
      expect(parseProxyHeader(bytes.subarray(0, length))).toEqual({ kind: 'incomplete' });
    }
  });
}

const REFUSED: readonly (readonly [string, Buffer])[] = [
  ['no header at all', BEHIND],
  ['another case', line('proxy TCP4 192.168.0.1 192.168.0.11 56324 443')],
  ['LF alone', Buffer.from(`PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\n${'x'.repeat(80)}`)],
  ['a line of 108 bytes', line(`PROXY UNKNOWN ${'x'.repeat(92)}`)],
  ['a leading zero in an address', line('PROXY TCP4 192.168.0.01 192.168.0.11 56324 443')],
  ['a leading zero in a port', line('PROXY TCP4 192.168.0.1 192.168.0.11 056324 443')],
  ['a port beyond the last', line('PROXY TCP4 192.168.0.1 192.168.0.11 65536 443')],
  ['no second port', line('PROXY TCP4 192.168.0.1 192.168.0.11 56324')],
  ['a word too many', line('PROXY TCP4 192.168.0.1 192.168.0.11 56324 443 1')],
  ['two spaces', line('PROXY TCP4  192.168.0.1 192.168.0.11 56324 443')],
  ['IPv6 as TCP4', line('PROXY TCP4 ::1 ::1 56324 443')],
  ['IPv4 as TCP6', line('PROXY TCP6 192.168.0.1 192.168.0.11 56324 443')],
  ['a zone', line('PROXY TCP6 fe80::1%eth0 fe80::2 56324 443')],
  ['UDP4', line('PROXY UDP4 192.168.0.1 192.168.0.11 56324 443')],
  ['version 1 in binary', hex('1111000c')],
  ['version 3', hex('3111000c')],
  ['an unknown command', hex('2211000c')],
  ['an unknown family', hex('2141000c')],
  ['an unknown protocol', hex('2113000c')],
  ['too few bytes of IPv4', hex('2111000b')],
  ['too few bytes of IPv6', hex('21210023')],
  ['too few bytes of a unix socket', hex('213100d7')],
  ['more bytes than anybody needs', hex('2111ffff')],
];

for (const [what, bytes] of REFUSED) {
  test(`refuses ${what}`, () => {
    expect(() => parseProxyHeader(bytes)).toThrow(ProxyHeaderError);
  });
}

test('whatever bytes come, one is asked for no more than 4,096, and refused with a ProxyHeaderError alone', () => {
  const beginnings = fc.constantFrom(Buffer.alloc(0), SIGNATURE, Buffer.from('PROXY '), hex('21'), hex('2111'));
  const property = fc.property(beginnings, fc.uint8Array({ maxLength: LONGEST_HEADER + 10 }), (begin, rest) => {
    const bytes = Buffer.concat([begin, rest]);
    try {
      const parsing = parseProxyHeader(bytes);
      if (parsing.kind === 'incomplete') expect(bytes.length).toBeLessThan(LONGEST_HEADER);
      else expect(parsing.size).toBeLessThanOrEqual(bytes.length);
    } catch (error) {
      expect(error).toBeInstanceOf(ProxyHeaderError);
    }
  });
  fc.assert(property, { numRuns: 2_000 });
});

test('what is written is read back, whatever the addresses', () => {
  const ipv4 = fc.ipV4();
  const ipv6 = fc.ipV6().filter((address) => !address.includes('.'));
  const port = fc.integer({ min: 0, max: 65_535 });
  const property = fc.property(fc.oneof(fc.tuple(ipv4, ipv4), fc.tuple(ipv6, ipv6)), port, port, ([from, to], a, b) => {
    const header: ProxyHeader = {
      kind: 'forwarded',
      source: { address: canonical(from), port: a },
      destination: { address: canonical(to), port: b },
    };
    const bytes = encodeProxyHeader(header);
    expect(parseProxyHeader(bytes)).toEqual({ kind: 'parsed', value: header, size: bytes.length });
  });
  fc.assert(property);
});

test('writes what the specification shows', () => {
  expect(encodeProxyHeader(IPV4)).toEqual(hex('2111000c', 'c0a80001', 'c0a8000b', 'dc04', '01bb'));
  expect(encodeProxyHeader({ kind: 'local' })).toEqual(hex('20000000'));
  expect(encodeProxyHeader({ kind: 'unknown' })).toEqual(hex('21000000'));
});

test('writes an IPv4-mapped address as IPv4, and IPv4 beside IPv6 as mapped', () => {
  const source = { address: '::ffff:192.168.0.1', port: 56324 };
  expect(encodeProxyHeader({ ...IPV4, source })).toEqual(encodeProxyHeader(IPV4));
  const mixed = encodeProxyHeader({ ...IPV4, destination: { address: 'fe80::1%eth0', port: 443 } });
  expect(mixed.toString('hex')).toBe(
    `${SIGNATURE_HEX}21210024${'0'.repeat(20)}ffffc0a80001fe800000000000000000000000000001dc0401bb`,
  );
});

function line(text: string): Buffer {
  return Buffer.from(`${text}\r\n`);
}

function hex(...parts: readonly string[]): Buffer {
  return Buffer.from(`${SIGNATURE_HEX}${parts.join('')}`, 'hex');
}

function fullIpv6(digit: string): string {
  return Array.from({ length: 8 }, () => digit.repeat(4)).join(':');
}

function lastOf(address: string): { readonly address: string; readonly port: number } {
  return { address, port: 65_535 };
}

function canonical(address: string): string {
  return address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}
