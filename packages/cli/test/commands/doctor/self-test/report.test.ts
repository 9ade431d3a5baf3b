import { expect, test } from 'vitest';
import {
  countInterfaces,
  cutRelease,
  formatReport,
  type SelfTestReport,
} from '../../../../src/commands/doctor/self-test/report.ts';
import { createStyle } from '../../../../src/output/printer.ts';

const PLAIN = createStyle(false);

test('Interfaces are told by what they are, not by their names or addresses', () => {
  const address = { address: '192.168.7.20', family: 'IPv4', prefixLength: 24, scopeId: 0 } as const;
  const counted = countInterfaces(
    [
      { name: 'en0', loopback: false, addresses: [address, { ...address, address: 'fe80::1', family: 'IPv6' }] },
      { name: 'en1', loopback: false, addresses: [address] },
    ],
    [
      { name: 'utun0', reason: 'VPN or tunnel' },
      { name: 'utun1', reason: 'VPN or tunnel' },
    ],
  );
  expect(counted).toEqual([
    { kind: 'LAN (IPv4, IPv6)', count: 1 },
    { kind: 'LAN (IPv4)', count: 1 },
    { kind: 'VPN or tunnel', count: 2 },
  ]);
});

test.each([
  ['24.1.0', '24.1.0'],
  ['6.1.0-13-annas-kernel', '6.1.0'],
  ['10.0.22631', '10.0.22631'],
  ['annas', 'unknown'],
])('Of the release %s its numbers are shown', (release, shown) => {
  expect(cutRelease(release)).toBe(shown);
});

test('The report is read by people', () => {
  const report: SelfTestReport = {
    version: '1.2.3',
    node: 'v22.1.0',
    platform: 'darwin',
    release: '24.1.0',
    arch: 'arm64',
    on: 'loopback',
    interfaces: [{ kind: 'LAN (IPv4)', count: 2 }],
    steps: [
      { step: 'announce', status: 'ok', tookMs: 1_012, reason: '' },
      { step: 'browse', status: 'failed', tookMs: 15_000, reason: 'browse: no "added" within 15 s' },
      { step: 'proxy', status: 'skipped', tookMs: 0, reason: '' },
    ],
  };
  const lines = formatReport(report, PLAIN).map((line) =>
    line.map((part) => (typeof part === 'string' ? part : part.text)).join(''),
  );
  expect(lines).toEqual([
    'ambassador 1.2.3 self-test on loopback',
    'darwin 24.1.0 arm64, Node v22.1.0',
    'interfaces: 2 LAN (IPv4)',
    'ok        announce   1.0 s',
    'failed    browse     15.0 s   browse: no "added" within 15 s',
    'skipped   proxy',
    '1 of 3 passed',
  ]);
});
