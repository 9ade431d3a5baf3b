import { expect, it } from 'vitest';
import { isPortTaken, listBound } from '../src/port-holders.ts';

const HEAD =
  '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops';

function tableOf(...locals: readonly string[]): string {
  return [
    HEAD,
    ...locals.map((local, at) => `  ${at}: ${local} 00000000:0000 07 00000000:00000000 00:00000000`),
    '',
  ].join('\n');
}

const GROUP = 'FB0000E0:14E9';
const GROUP6 = '000002FF0000000000000000FB000000:14E9';
const FE80_1 = '000080FE000000000000000001000000';

it.each([
  ['every address', tableOf(GROUP, '00000000:14E9'), true],
  ['this address', tableOf('0100000A:14E9'), true],
  ['this address, on a big-endian host', tableOf('0A000001:14E9'), true],
  ['the group', tableOf(GROUP), false],
  ['another address', tableOf('0200000A:14E9'), false],
  ['another port', tableOf('00000000:14EA', '0100000A:0035'), false],
  ['nothing', tableOf(), false],
])('who is bound to %s', (_, table, isTaken) => {
  expect(isPortTaken(listBound(table), '10.0.0.1')).toBe(isTaken);
});

it.each([
  ['every address', tableOf(GROUP6, `${'0'.repeat(32)}:14E9`), true],
  ['this address', tableOf(`${FE80_1}:14E9`), true],
  ['the group', tableOf(GROUP6), false],
])('who is bound to %s of IPv6', (_, table, isTaken) => {
  expect(isPortTaken(listBound(table), 'fe80::1')).toBe(isTaken);
});

it('a socket of every IPv6 address may take what is sent to IPv4', () => {
  expect(isPortTaken([tableOf(GROUP), tableOf(`${'0'.repeat(32)}:14E9`)].flatMap(listBound), '10.0.0.1')).toBe(true);
});

it.each([
  ['every IPv4 address', `${'0'.repeat(16)}FFFF0000${'0'.repeat(8)}:14E9`, true],
  ['this address', `${'0'.repeat(16)}FFFF00000100000A:14E9`, true],
  ['this address, on a big-endian host', `${'0'.repeat(16)}0000FFFF0A000001:14E9`, true],
  ['another address', `${'0'.repeat(16)}FFFF00000200000A:14E9`, false],
])('who is bound to %s with a socket of IPv6', (_, local, isTaken) => {
  expect(isPortTaken([tableOf(GROUP), tableOf(local)].flatMap(listBound), '10.0.0.1')).toBe(isTaken);
});
