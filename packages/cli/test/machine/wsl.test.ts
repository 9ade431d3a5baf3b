import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { isBehindWindows } from '../../src/machine/wsl.ts';

const root = mkdtempSync(join(tmpdir(), 'wsl-'));
afterEach(() => rmSync(root, { recursive: true, force: true }));

test.each([
  ['Linux version 5.15.153.1-microsoft-standard-WSL2 (root@941d701f84f1)', [], true],
  ['Linux version 5.15.153.1-microsoft-standard-WSL2 (root@941d701f84f1)', ['loopback0'], false],
  ['Linux version 4.4.0-19041-Microsoft (Microsoft@Microsoft.com)', [], false],
  ['Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org)', [], false],
])('%s with %j: %s', (version, interfaces, isBehind) => {
  mkdirSync(join(root, 'proc'), { recursive: true });
  writeFileSync(join(root, 'proc/version'), version);
  for (const name of interfaces) mkdirSync(join(root, 'sys/class/net', name), { recursive: true });
  expect(isBehindWindows(root)).toBe(isBehind);
});

test('elsewhere than on Linux there is nothing to read', () => {
  expect(isBehindWindows(join(root, 'none'))).toBe(false);
});
