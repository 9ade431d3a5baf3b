import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { NetworkInterfaceInfo } from 'node:os';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readOwnAddresses } from '../src/own-addresses.ts';

function having(address: string, internal = false): NetworkInterfaceInfo[] {
  return [{ address, family: 'IPv4', netmask: '255.255.255.0', mac: '02:00:00:00:00:01', internal, cidr: null }];
}

test('what leads to other machines, and not loopback nor a bridge of containers, whose carrier goes with the last of them', () => {
  const sysfs = mkdtempSync(join(tmpdir(), 'sysfs-'));
  for (const folder of ['eth0', 'veth1', 'docker0/bridge', 'docker0/brif/veth1']) {
    mkdirSync(join(sysfs, folder), { recursive: true });
  }
  for (const name of ['eth0', 'docker0']) writeFileSync(join(sysfs, name, 'carrier_changes'), '7\n');
  const interfaces = {
    lo: having('127.0.0.1', true),
    eth0: having('192.168.4.2'),
    docker0: having('172.17.0.1'),
    wlan0: having('fe80::1%wlan0'),
  };
  expect(readOwnAddresses(() => interfaces, sysfs)).toEqual([
    { address: '192.168.4.2', carrierChanges: 7 },
    { address: 'fe80::1', carrierChanges: undefined },
  ]);
  rmSync(sysfs, { recursive: true });
});
