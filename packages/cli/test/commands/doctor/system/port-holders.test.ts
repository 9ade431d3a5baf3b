import { expect, test } from 'vitest';
import {
  findUdpHolders,
  nameProcesses,
  parseLsof,
  parseNetstat,
  parseSs,
} from '../../../../src/commands/doctor/system/port-holders.ts';

/** In the form of iproute2 6.1, as root, beside avahi-daemon and a browser; written by hand. */
const SS = `UNCONN 0      0      224.0.0.251:5353      0.0.0.0:*    users:(("chrome",pid=2311,fd=45))
UNCONN 0      0          0.0.0.0:5353      0.0.0.0:*    users:(("avahi-daemon",pid=612,fd=12))
UNCONN 0      0             [::]:5353         [::]:*    users:(("avahi-daemon",pid=612,fd=13))
`;
/** The same for a user who may not know. */
const SS_BLIND = `UNCONN 0      0          0.0.0.0:5353      0.0.0.0:*
`;
/** In the form that lsof has on macOS; written by hand, not captured there. */
const LSOF = `p338
cmDNSResponder
f9
f12
p4711
cGoogle Chrome He
f31
`;
/** In the form of Windows in German; written by hand, not captured there. */
const NETSTAT = `
Aktive Verbindungen

  Proto  Lokale Adresse         Remoteadresse          Status           PID
  UDP    0.0.0.0:500            *:*                                    3820
  UDP    0.0.0.0:5353           *:*                                    1912
  UDP    0.0.0.0:5353           *:*                                    9044
  UDP    [::]:5353              *:*                                    1912
  UDP    192.168.1.20:53530     *:*                                    77
`;
const TASKLIST = `"System Idle Process","0","Services","0","8 K"\r
"svchost.exe","1912","Services","0","14.564 K"\r
"chrome.exe","9044","Console","1","231.004 K"\r
`;

test('ss names each process once', () => {
  expect(parseSs(SS)).toEqual([
    { pid: 2311, name: 'chrome' },
    { pid: 612, name: 'avahi-daemon' },
  ]);
});

test('Where ss may not say who it is, nothing is known; where nobody is there, nobody is', () => {
  expect(parseSs(SS_BLIND)).toBeUndefined();
  expect(parseSs('\n')).toEqual([]);
});

test('lsof', () => {
  expect(parseLsof(LSOF)).toEqual([
    { pid: 338, name: 'mDNSResponder' },
    { pid: 4711, name: 'Google Chrome He' },
  ]);
});

test('netstat and tasklist, in any language', () => {
  expect(parseNetstat(NETSTAT, 5353)).toEqual([1912, 9044]);
  expect(nameProcesses([1912, 9044, 5], TASKLIST)).toEqual([
    { pid: 1912, name: 'svchost.exe' },
    { pid: 9044, name: 'chrome.exe' },
    { pid: 5, name: 'a process' },
  ]);
});

test.each([
  ['linux', { ss: SS }, ['chrome', 'avahi-daemon']],
  ['darwin', { '/usr/sbin/lsof': LSOF }, ['mDNSResponder', 'Google Chrome He']],
  ['win32', { netstat: NETSTAT, tasklist: TASKLIST }, ['svchost.exe', 'chrome.exe']],
  ['win32', { netstat: NETSTAT }, ['a process', 'a process']],
] as const)('On %s the system is asked', async (platform, outputs, names) => {
  const run = async (program: string): Promise<string | undefined> => new Map(Object.entries(outputs)).get(program);
  expect((await findUdpHolders(5353, platform, run))?.map(({ name }) => name)).toEqual(names);
});

test.each(['linux', 'darwin', 'win32', 'freebsd'] as const)(
  'On %s without such a program nothing is known',
  async (platform) => {
    expect(await findUdpHolders(5353, platform, async () => undefined)).toBeUndefined();
  },
);

test('A port that half a machine listens on is told of by eight', () => {
  const many = Array.from({ length: 50 }, (_, index) => `users:(("p${index}",pid=${index + 1},fd=3))`).join('\n');
  expect(parseSs(many)).toHaveLength(8);
});
