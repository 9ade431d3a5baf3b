import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isLinuxInnerBridge, readLinuxCarrierChanges } from '../src/linux-interface.ts';
import { writeFoo } from './sysfs.ts';

describe('a Linux interface', () => {
  let sysfs = '';
  beforeEach(() => {
    sysfs = mkdtempSync(join(tmpdir(), 'sysfs-'));
  });
  afterEach(() => rmSync(sysfs, { recursive: true }));

  it('counts how often it got or lost its carrier, where that can be read', () => {
    writeFoo(sysfs, { carrier_changes: '2\n' });
    expect(readLinuxCarrierChanges('foo', sysfs)).toBe(2);
    expect(readLinuxCarrierChanges('bar', sysfs)).toBeUndefined();
  });

  it('counts for a bridge what befell its cables, and not its virtual machines', () => {
    writeFoo(sysfs, { carrier_changes: '2\n', 'brif/eth0': '', 'brif/tap0': '' });
    for (const port of ['eth0', 'tap0']) mkdirSync(join(sysfs, port));
    mkdirSync(join(sysfs, 'eth0/device'));
    for (const port of ['eth0', 'tap0']) writeFileSync(join(sysfs, port, 'carrier_changes'), '10\n');
    expect(readLinuxCarrierChanges('foo', sysfs)).toBe(12);
  });

  it('tells a bridge of containers and virtual machines from one with a cable, a bond or a VLAN', () => {
    expect(isLinuxInnerBridge('foo', sysfs)).toBe(false);
    writeFoo(sysfs, { 'bridge/bridge_id': '8000\n' });
    expect(isLinuxInnerBridge('foo', sysfs)).toBe(true);
    for (const [port, uevent, isInner] of [
      ['veth0', 'INTERFACE=veth0\n', true],
      ['bond0', 'DEVTYPE=bond\nINTERFACE=bond0\n', false],
      ['eth0.7', 'DEVTYPE=vlan\nINTERFACE=eth0.7\n', false],
    ] as const) {
      mkdirSync(join(sysfs, port));
      writeFileSync(join(sysfs, port, 'uevent'), uevent);
      writeFoo(sysfs, { [`brif/${port}`]: '' });
      expect(isLinuxInnerBridge('foo', sysfs)).toBe(isInner);
      rmSync(join(sysfs, 'foo/brif', port));
    }
    mkdirSync(join(sysfs, 'eth0/device'), { recursive: true });
    writeFoo(sysfs, { 'brif/eth0': '' });
    expect(isLinuxInnerBridge('foo', sysfs)).toBe(false);
  });
});
