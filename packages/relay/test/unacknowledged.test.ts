import { endianness } from 'node:os';
import { describe, expect, test } from 'vitest';
import { nameEnd, Unacknowledged } from '../src/unacknowledged.ts';

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
/** 10.99.0.4:44230 to 10.99.0.1:7000, as x86 and ARM write it. */
const V4_ENDS = '0400630A:ACC6 0100630A:1B58';
/** [fd00::4]:44230 to [fd00::1]:7000. */
const V6_ENDS = '000000FD000000000000000004000000:ACC6 000000FD000000000000000001000000:1B58';
const V4 = { localAddress: '10.99.0.4', localPort: 44_230, remoteAddress: '10.99.0.1', remotePort: 7_000 };
const V6 = { localAddress: 'fd00::4', localPort: 44_230, remoteAddress: 'fd00::1', remotePort: 7_000 };

/** A row of the table: the timer, the retransmissions (hex), the probes without an answer. */
function row(ends: string, timer: string, retransmissions: string, probes = 0): string {
  return `   3: ${ends} 01 00000064:00000000 ${timer}:0000002A ${retransmissions}     0        ${probes} 33553 2 000000006ca42552 20 0 0 15 -1\n`;
}

function isUnacknowledged(...rows: readonly string[]): boolean {
  return new Unacknowledged([HEAD, HEAD + rows.join('')]).has(V4);
}

describe.runIf(endianness() === 'LE')('what the kernel says of a socket', () => {
  test('an end is written as the kernel writes it', () => {
    expect(nameEnd('127.0.0.1', 80)).toBe('0100007F:0050');
  });

  test('seven retransmissions that nobody acknowledged are enough, six are not', () => {
    expect(isUnacknowledged(row(V4_ENDS, '01', '00000006'))).toBe(false);
    expect(isUnacknowledged(row(V4_ENDS, '01', '00000007'))).toBe(true);
    expect(isUnacknowledged(row(V4_ENDS, '01', '0000000A'))).toBe(true);
  });

  test('seven probes of a closed window that nobody answered are as good', () => {
    expect(isUnacknowledged(row(V4_ENDS, '04', '00000000', 6))).toBe(false);
    expect(isUnacknowledged(row(V4_ENDS, '04', '00000000', 7))).toBe(true);
  });

  test('what was acknowledged waits for its answer as long as that takes, and keep-alive is the kernel’s business', () => {
    expect(isUnacknowledged(row(V4_ENDS, '00', '00000000'))).toBe(false);
    expect(isUnacknowledged(row(V4_ENDS, '02', '00000000', 9))).toBe(false);
  });

  test('whoever has such a connection to a place', () => {
    const unacknowledged = new Unacknowledged([row(V4_ENDS, '01', '00000007')]);
    expect(unacknowledged.hasRemote('10.99.0.1', 7_000)).toBe(true);
    expect(unacknowledged.hasRemote('10.99.0.1', 7_001)).toBe(false);
    expect(unacknowledged.hasRemote('10.99.0.4', 44_230)).toBe(false);
  });

  test('no other connection is meant, be it of the same port', () => {
    const other = '0400630A:ACC6 0200630A:1B58';
    expect(isUnacknowledged(row(other, '01', '00000009'))).toBe(false);
    expect(new Unacknowledged([row(V4_ENDS, '01', '00000009')]).has({ ...V4, localPort: 44_231 })).toBe(false);
    expect(new Unacknowledged([row(V4_ENDS, '01', '00000009')]).has({ remotePort: 7_000 })).toBe(false);
  });

  test.each([
    ['fd00::4', 'fd00::1', V6_ENDS],
    ['fe80::4%eth0', 'fe80::1%eth0', V6_ENDS.replaceAll('000000FD', '000080FE')],
    ['::ffff:10.99.0.4', '::ffff:10.99.0.1', V4_ENDS.replaceAll(/(^| )(\w{8})/g, '$10000000000000000FFFF0000$2')],
  ])('of IPv6 as well: %s', (localAddress, remoteAddress, ends) => {
    expect(new Unacknowledged([row(ends, '01', '00000007')]).has({ ...V6, localAddress, remoteAddress })).toBe(true);
  });
});

test('where there is no table, and in one that is no table, nobody is', () => {
  expect(new Unacknowledged([]).has(V4)).toBe(false);
  expect(new Unacknowledged(['', 'x\n\n', 'a b c d e f g h i']).has(V4)).toBe(false);
});
