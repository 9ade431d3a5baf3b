import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeStartup, parseFirstPacket, SSL_REQUEST } from '../../src/postgres/startup.ts';

const textOf = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 1, max: 0xff }), { minLength, maxLength }).map((codes) => String.fromCharCode(...codes));
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** As psql sends it: user ann, database zoo. */
const STARTUP = hex('0000001f 00030000 7573657200 616e6e00 646174616261736500 7a6f6f00 00');

test('a startup packet is read with its parameters', () => {
  const parsing = parseFirstPacket(STARTUP);
  expect(parsing).toEqual({
    kind: 'parsed',
    size: STARTUP.length,
    packet: {
      kind: 'startup',
      version: 0x30000,
      parameters: new Map([
        ['user', 'ann'],
        ['database', 'zoo'],
      ]),
    },
  });
});

test('a startup packet is written as it was read, with every byte of its values', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(textOf(1, 9), { maxLength: 5 }),
      textOf(0, 20),
      fc.constantFrom(0x30000, 0x30002),
      (names, value, version) => {
        const parameters = new Map(names.map((name) => [name, value]));
        const bytes = encodeStartup(version, parameters);
        expect(parseFirstPacket(bytes)).toEqual({
          kind: 'parsed',
          size: bytes.length,
          packet: { kind: 'startup', version, parameters },
        });
      },
    ),
  );
});

test.each([
  ['SSLRequest', '00000008 04d2162f'],
  ['GSSENCRequest', '00000008 04d21630'],
])('%s is a request for encryption', (_name, bytes) => {
  expect(parseFirstPacket(hex(bytes))).toEqual({ kind: 'parsed', size: 8, packet: { kind: 'encryption' } });
  expect(parseFirstPacket(SSL_REQUEST)).toMatchObject({ packet: { kind: 'encryption' } });
});

test('a cancel request has the process and a secret of 4 bytes, or up to 256', () => {
  expect(parseFirstPacket(hex('00000010 04d2162e 00000042 deadbeef'))).toEqual({
    kind: 'parsed',
    size: 16,
    packet: { kind: 'cancel', key: hex('00000042deadbeef') },
  });
  const cancel = (secretBytes: number): Buffer => {
    const packet = Buffer.alloc(12 + secretBytes);
    packet.writeUInt32BE(packet.length, 0);
    packet.writeUInt32BE(80_877_102, 4);
    return packet;
  };
  expect(parseFirstPacket(cancel(256)).kind).toBe('parsed');
  expect(parseFirstPacket(cancel(257))).toEqual({ kind: 'wrong', reason: 'length' });
  expect(parseFirstPacket(cancel(0))).toEqual({ kind: 'wrong', reason: 'length' });
});

test.each([
  ['a TLS ClientHello', '16030100c8', 'tls'],
  ['HTTP', '47455420', 'length'],
  ['a length below the header', '00000007 00030000', 'length'],
  ['more than a server takes', '00002711 00030000', 'length'],
  ['a request for encryption with something in it', '00000009 04d2162f 00', 'length'],
  ['version 2', '00000009 00020000 00', 'version'],
  ['no end of the list', '0000000a 00030000 6100', 'parameters'],
  ['a name without value', '0000000b 00030000 610000', 'parameters'],
  ['a name twice', '00000011 00030000 6100 6200 6100 6300 00', 'parameters'],
  ['nothing at all', '00000008 00030000', 'parameters'],
])('%s is wrong', (_what, bytes, reason) => {
  expect(parseFirstPacket(hex(bytes))).toEqual({ kind: 'wrong', reason });
});

test('every beginning of a packet is incomplete', () => {
  for (let size = 0; size < STARTUP.length; size += 1) {
    expect(parseFirstPacket(STARTUP.subarray(0, size))).toEqual({ kind: 'incomplete' });
  }
});

test('nothing throws, and what is incomplete stays below what a server takes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      parseFirstPacket(Buffer.from(bytes));
    }),
    { numRuns: 2_000 },
  );
  const longest = Buffer.alloc(10_001);
  longest.writeUInt32BE(10_000, 0);
  longest.writeUInt32BE(0x30000, 4);
  expect(parseFirstPacket(longest).kind).not.toBe('incomplete');
});
