import { expect, test } from 'vitest';
import { parseMulticastCount, readMulticastCount } from '../../../../src/commands/doctor/system/multicast-count.ts';

/** Linux 6.1, shortened. */
const NETSTAT = `TcpExt: SyncookiesSent SyncookiesRecv
TcpExt: 0 0
IpExt: InNoRoutes InTruncatedPkts InMcastPkts OutMcastPkts
IpExt: 0 0 4711 12
`;

test('The count stands below its name', () => {
  expect(parseMulticastCount(NETSTAT)).toBe(4711);
  expect(parseMulticastCount('IpExt: InNoRoutes\nIpExt: 0\n')).toBeUndefined();
  expect(parseMulticastCount('')).toBeUndefined();
});

test('Elsewhere than on Linux there is none', () => {
  expect(readMulticastCount('darwin')).toBeUndefined();
  expect(readMulticastCount('linux', '/nowhere')).toBeUndefined();
});
