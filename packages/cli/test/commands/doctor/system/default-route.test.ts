import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  parseProcRoute,
  parseRouteGet,
  parseRoutePrint,
  readSystemRoute,
} from '../../../../src/commands/doctor/system/default-route.ts';

const HEADER = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
const ETH0 = 'eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n';
const WLAN0 = 'wlan0\t00000000\t0101A8C0\t0003\t0\t0\t50\t00000000\t0\t0\t0\n';
const LINK = 'eth0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n';
const HALF = 'tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0\n';

test.each([
  ['a table without a default route', HEADER + LINK, undefined],
  ['the route with the least metric', HEADER + ETH0 + LINK + WLAN0, { interfaceName: 'wlan0', gateway: '192.168.1.1' }],
  [
    'a VPN that covers the default route by halves',
    HEADER + ETH0 + HALF,
    { interfaceName: 'tun0', gateway: undefined },
  ],
])('Linux: %s', (_, table, expected) => {
  expect(parseProcRoute(table)).toEqual(expected);
});

test('macOS', () => {
  const output = `   route to: default
destination: default
       mask: default
    gateway: 192.168.7.1
  interface: en0
      flags: <UP,GATEWAY,DONE,STATIC,PRCLONING,GLOBAL>
`;
  expect(parseRouteGet(output)).toEqual({ interfaceName: 'en0', gateway: '192.168.7.1' });
  expect(parseRouteGet('destination: default\n  interface: utun4\n')).toEqual({
    interfaceName: 'utun4',
    gateway: undefined,
  });
});

test('Windows, in any language; the least metric counts', () => {
  const output = `
IPv4-Routentabelle
===========================================================================
Aktive Routen:
     Netzwerkziel    Netzwerkmaske          Gateway    Schnittstelle Metrik
          0.0.0.0          0.0.0.0      192.168.1.1     192.168.1.20     55
          0.0.0.0          0.0.0.0   Auf Verbindung         10.8.0.2      5
===========================================================================
`;
  expect(parseRoutePrint(output)).toEqual({ interfaceName: '192.168.1.20', gateway: '192.168.1.1' });
  expect(
    parseRoutePrint('  0.0.0.0  0.0.0.0  10.0.0.1  10.0.0.5  25\n  0.0.0.0  0.0.0.0  10.1.0.1  10.1.0.5  20'),
  ).toEqual({ interfaceName: '10.1.0.5', gateway: '10.1.0.1' });
});

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'doctor-'));
});
afterEach(() => rmSync(root, { recursive: true }));

test('On Linux the table of the kernel is read', async () => {
  const refuse = async (): Promise<string> => expect.fail('a program was run');
  expect(await readSystemRoute('linux', refuse, root)).toBeUndefined();
  mkdirSync(join(root, 'proc/net'), { recursive: true });
  writeFileSync(join(root, 'proc/net/route'), HEADER + LINK);
  expect(await readSystemRoute('linux', refuse, root)).toBe('none');
});

test.each(['darwin', 'win32'] as const)('On %s a program is run, and nothing is known without it', async (platform) => {
  expect(await readSystemRoute(platform, async () => undefined)).toBeUndefined();
  expect(await readSystemRoute(platform, async () => '')).toBe('none');
});
