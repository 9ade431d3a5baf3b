import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isWireless, readContainer, readSynchronization } from '../../../../src/commands/doctor/machine/machine.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'doctor-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, text: string = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

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
