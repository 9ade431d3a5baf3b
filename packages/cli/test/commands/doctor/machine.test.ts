import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  isWireless,
  readContainer,
  readDefaultRoute,
  readSynchronization,
} from '../../../src/commands/doctor/machine.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'doctor-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, text: string = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const HEADER = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
const ETH0 = 'eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n';
const WLAN0 = 'wlan0\t00000000\t0100000A\t0003\t0\t0\t50\t00000000\t0\t0\t0\n';
const LINK = 'eth0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n';
const HALF = 'tun0\t00000000\t0100000A\t0003\t0\t0\t0\t00000080\t0\t0\t0\n';

test.each([
  ['a table without a default route', HEADER + LINK, 'none'],
  ['the route with the least metric', HEADER + ETH0 + LINK + WLAN0, { interfaceName: 'wlan0', isTunnel: false }],
  ['a VPN that covers the default route by halves', HEADER + ETH0 + HALF, { interfaceName: 'tun0', isTunnel: true }],
])('The default route: %s', (_, table, expected) => {
  put('proc/net/route', table);
  expect(readDefaultRoute([{ name: 'tun0', reason: 'VPN or tunnel' }], root)).toEqual(expected);
});

test('Where there is no table of routes, nothing is known', () => {
  expect(readDefaultRoute([], root)).toBeUndefined();
});

test('A container is told by its file or by the variable that systemd sets', () => {
  expect(readContainer(['eth0'], {}, root)).toBeUndefined();
  expect(readContainer(['eth0'], { container: 'lxc' }, root)).toEqual({ runtime: 'lxc', hasOwnNetwork: true });
  put('.dockerenv');
  expect(readContainer(['eth0'], {}, root)).toEqual({ runtime: 'docker', hasOwnNetwork: true });
  put('sys/class/net/eth0/device');
  expect(readContainer(['eth0'], {}, root)).toEqual({ runtime: 'docker', hasOwnNetwork: false });
});

test('The clock is known to be synchronised where systemd-timesyncd says so', () => {
  expect(readSynchronization(root)).toBeUndefined();
  put('run/systemd/timesync/x');
  expect(readSynchronization(root)).toBe(false);
  put('run/systemd/timesync/synchronized');
  expect(readSynchronization(root)).toBe(true);
});

test('Wi-Fi is told by what the kernel keeps of it', () => {
  put('sys/class/net/wlan0/wireless/x');
  expect([isWireless('wlan0', root), isWireless('eth0', root)]).toEqual([true, false]);
});
