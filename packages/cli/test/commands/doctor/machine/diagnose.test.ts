import type { LinkCheck } from '@mdns-ambassador/mdns';
import {
  admitMachine,
  createMachineKey,
  cutBundle,
  listMeshIds,
  MeshKey,
  parseMembership,
} from '@mdns-ambassador/mesh';
import { expect, test } from 'vitest';
import type { FindingStatus, MachineCheck } from '../../../../src/commands/doctor/findings/finding.ts';
import { describeMesh, diagnose } from '../../../../src/commands/doctor/machine/diagnose.ts';
import type { Facts, InterfaceFacts } from '../../../../src/commands/doctor/machine/facts.ts';

type Outcome = LinkCheck['outcome'];

const ETH0: InterfaceFacts = { name: 'eth0', loopback: false, hasIPv6: true, isWireless: false };
const LO: InterfaceFacts = { ...ETH0, name: 'lo', loopback: true };
const OPEN = { kind: 'open', hearsItself: true, sendErrors: 0, others: 3, answering: 2, heard: [] } as const;
const HELD = { kind: 'refused', code: 'port-in-use', reason: 'held' } as const;

function link(outcome: Outcome, interfaceName: string = 'eth0', family: LinkCheck['family'] = 'IPv4'): LinkCheck {
  return { interfaceName, family, outcome };
}

const HEALTHY: Facts = {
  platform: 'linux',
  areInterfacesHidden: false,
  isBehindWindows: false,
  interfaces: [ETH0],
  skipped: [],
  links: [link(OPEN), link(OPEN, 'eth0', 'IPv6')],
  withheld: 0,
  controlHeardOn: ['eth0'],
  portHolders: [],
  profiles: undefined,
  refusedRecords: { count: 0, on: [] },
  defaultRoute: { interfaceName: 'eth0', gateway: '10.0.0.254', isTunnel: false },
  container: undefined,
  clock: { wallClock: Date.UTC(2026, 5, 1), isSynchronized: true },
};

test('A healthy host has nothing to put right', () => {
  const findings = diagnose(HEALTHY);
  expect(findings.map(({ status, remedy }) => [status, remedy])).toEqual(findings.map(() => ['ok', '']));
});

/** What is the case, how it differs from a healthy host, and what is found. */
const CASES: readonly (readonly [string, Partial<Facts>, MachineCheck, FindingStatus, RegExp])[] = [
  ['no interface', { interfaces: [], links: [] }, 'interfaces', 'problem', /No network interface.*Connect/],
  ['loopback alone', { interfaces: [LO] }, 'interfaces', 'problem', /No network interface/],
  [
    'a bridge alone',
    { interfaces: [LO], skipped: [{ name: 'docker0', reason: 'docker bridge' }] },
    'interfaces',
    'problem',
    /--interface docker0/,
  ],
  [
    'interfaces left out',
    { skipped: [{ name: 'wg0', reason: 'VPN or tunnel' }] },
    'skipped',
    'ok',
    /wg0 \(VPN or tunnel\) is left out.*--interface/,
  ],
  ['the port refused', { links: [link(HELD)] }, 'port', 'problem', /eth0 \(IPv4\).*--responder avahi.*static:/],
  ['the port refused in one family', { links: [link(HELD), link(OPEN)] }, 'port', 'warning', /eth0 \(IPv4\)\./],
  [
    'the group refused',
    { links: [link({ kind: 'refused', code: 'link-refused', reason: 'ENODEV' })] },
    'port',
    'problem',
    /can't be joined.*multicast/,
  ],
  [
    'nothing comes back on any port',
    { links: [link({ ...OPEN, hearsItself: false })], controlHeardOn: [] },
    'loopback',
    'problem',
    /does not come back/,
  ],
  [
    'all that comes in is dropped, own packets as well',
    { links: [link({ ...OPEN, hearsItself: false, others: 0 })], controlHeardOn: [], withheld: 8 },
    'firewall',
    'problem',
    /given to no program, this machine's own neither: a firewall.*ufw allow/,
  ],
  [
    'nothing comes back, and who stops it is not known',
    { links: [link({ ...OPEN, hearsItself: false, others: 0 })], controlHeardOn: [], withheld: undefined },
    'firewall',
    'warning',
    /^Nothing was heard on UDP port 5353.*can't be known.*lets UDP port 5353 in/,
  ],
  [
    'port 5353 alone is silent',
    { links: [link({ ...OPEN, hearsItself: false })] },
    'firewall',
    'problem',
    /firewall.*5353.*ufw allow/,
  ],
  [
    'the system refuses to send',
    { links: [link({ ...OPEN, hearsItself: false, sendErrors: 4 })], controlHeardOn: [] },
    'firewall',
    'problem',
    /firewall/,
  ],
  [
    'macOS withholds the local network',
    {
      platform: 'darwin',
      links: [link({ ...OPEN, hearsItself: false, sendErrors: 4, sendErrorCode: 'EHOSTUNREACH' })],
      controlHeardOn: [],
    },
    'firewall',
    'problem',
    /^macOS does not let this program.*eth0.*Privacy & Security > Local Network/,
  ],
  [
    'nothing but own packets was heard',
    { links: [link({ ...OPEN, others: 0, answering: 0 })] },
    'firewall',
    'warning',
    /can't be known, for nobody else was heard.*lets UDP port 5353 in/,
  ],
  [
    'nothing but own packets was heard on Windows',
    { platform: 'win32', links: [link({ ...OPEN, others: 0, answering: 0 })] },
    'firewall',
    'warning',
    /private.*node\.exe/,
  ],
  ['the port held on a Mac', { platform: 'darwin', links: [link(HELD)] }, 'port', 'problem', /lsof -nP -iUDP:5353/],
  ['WSL2', { isBehindWindows: true }, 'container', 'warning', /WSL2.*nobody on the LAN.*networkingMode=mirrored/],
  [
    'Android',
    { platform: 'android', areInterfacesHidden: true, interfaces: [], links: [] },
    'interfaces',
    'problem',
    /Android.*--from static:/,
  ],
  [
    'one family is silent',
    { links: [link({ ...OPEN, hearsItself: false }), link(OPEN, 'eth0', 'IPv6')] },
    'firewall',
    'warning',
    /eth0 \(IPv4\)/,
  ],
  [
    'nobody answers',
    { links: [link({ ...OPEN, others: 0, answering: 0 })] },
    'answers',
    'warning',
    /Nobody else answered.*another machine/,
  ],
  [
    'nobody answers over Wi-Fi',
    { interfaces: [{ ...ETH0, isWireless: true }], links: [link({ ...OPEN, others: 0, answering: 0 })] },
    'answers',
    'warning',
    /client isolation/,
  ],
  ['others only ask', { links: [link({ ...OPEN, answering: 0 })] }, 'answers', 'ok', /3 other hosts were heard/],
  [
    'the default route in a VPN',
    { defaultRoute: { interfaceName: 'wg0', gateway: undefined, isTunnel: true } },
    'route',
    'warning',
    /VPN \(wg0\).*split tunnel/,
  ],
  ['no default route', { defaultRoute: 'none' }, 'route', 'ok', /needs none/],
  ['a system whose routes are not read', { defaultRoute: undefined }, 'route', 'ok', /not known/],
  [
    'the port held by somebody who is known',
    { links: [link(HELD)], portHolders: [{ pid: 612, name: 'mdnsd' }] },
    'port',
    'problem',
    /^mdnsd \(process 612\) keeps UDP port 5353 to itself/,
  ],
  [
    'the port shared with two',
    {
      portHolders: [
        { pid: 612, name: 'mdnsd' },
        { pid: 9, name: '\u001b[31mchrome' },
      ],
    },
    'port',
    'ok',
    /is shared with mdnsd \(process 612\) and \\u\{1b\}\[31mchrome \(process 9\)/,
  ],
  [
    'more announced than is kept',
    { refusedRecords: { count: 30, on: ['eth0'] } },
    'records',
    'warning',
    /on eth0 than is kept.*30 records.*--from static/,
  ],
  ['no mDNS to look with', { refusedRecords: undefined }, 'records', 'warning', /could not be tried/],
  [
    'a network that Windows takes for public',
    {
      platform: 'win32',
      links: [link({ ...OPEN, others: 0, answering: 0 })],
      profiles: [{ interfaceName: 'eth0', category: 'public' }],
    },
    'profile',
    'warning',
    /eth0 for public, where node\.exe hears nobody.*private/,
  ],
  [
    'a public network where others are heard',
    { platform: 'win32', profiles: [{ interfaceName: 'eth0', category: 'public' }] },
    'profile',
    'ok',
    /heard there all the same/,
  ],
  [
    'a private network',
    { platform: 'win32', profiles: [{ interfaceName: 'eth0', category: 'private' }] },
    'profile',
    'ok',
    /eth0 for private/,
  ],
  [
    'a container on a bridge',
    { container: { runtime: 'docker', hasOwnNetwork: true } },
    'container',
    'warning',
    /docker.*--network host/,
  ],
  [
    "a container on its host's network",
    { container: { runtime: 'podman', hasOwnNetwork: false } },
    'container',
    'ok',
    /host/,
  ],
  ['IPv6 off', { interfaces: [{ ...ETH0, hasIPv6: false }] }, 'ipv6', 'ok', /IPv6 is off on eth0/],
  [
    'a clock of 1970',
    { clock: { wallClock: 0, isSynchronized: undefined } },
    'clock',
    'warning',
    /1970.*Set the clock/,
  ],
  [
    'a clock that nobody set',
    { clock: { wallClock: Date.UTC(2026, 5, 1), isSynchronized: false } },
    'clock',
    'warning',
    /not synchronised/,
  ],
];

test.each(CASES)('%s', (_, difference, check, status, text) => {
  const found = diagnose({ ...HEALTHY, ...difference }).find((finding) => finding.check === check);
  expect(found).toMatchObject({ status });
  expect(`${found?.message} ${found?.remedy}`).toMatch(text);
});

test('What is filtered by a firewall is not told as lost twice', () => {
  const findings = diagnose({ ...HEALTHY, links: [link({ ...OPEN, hearsItself: false })] });
  expect(findings.find(({ check }) => check === 'loopback')).toMatchObject({ status: 'ok' });
});

test('Every problem and every warning that was looked into says what to do, in one sentence each', () => {
  for (const [, difference] of CASES) {
    for (const { status, message, remedy } of diagnose({ ...HEALTHY, ...difference })) {
      expect(message).toMatch(/^[A-Z\d\w].*\.$/);
      if (status === 'problem') expect(remedy).toMatch(/\.$/);
    }
  }
});

test('Whose key file was given is said, and what a token in it is for', async () => {
  const key = new MeshKey(Buffer.alloc(32, 1));
  const [id = ''] = listMeshIds({ kind: 'keys', current: key });
  expect(describeMesh({ path: '/k', ring: { kind: 'keys', current: key } }, 0)).toEqual({
    check: 'mesh',
    status: 'ok',
    message: `The key file /k is of mesh ${id}.`,
    remedy: '',
  });
  const bundle = await cutBundle([key], 'proxy', 'redis');
  expect(describeMesh({ path: '/k', ring: { kind: 'bundle', bundle } }, 0).message).toBe(
    `The key file /k is of mesh ${id}; it is a token to proxy redis.`,
  );
});

test('A membership that ends is told of weeks before', async () => {
  const ring = { kind: 'keys', current: new MeshKey(Buffer.alloc(32, 1)) } as const;
  const machine = createMachineKey();
  const text = await admitMachine(ring, machine, { name: 'laptop', may: { kind: 'all' }, now: 0 });
  const its = { kind: 'member', key: machine, membership: parseMembership(text) } as const;
  const look = (days: number) => describeMesh({ path: '/k', ring: its }, days * 86_400_000);
  expect([0, 60, 61, 89, 90].map((days) => look(days).status)).toEqual(['ok', 'ok', 'warning', 'warning', 'problem']);
  expect(look(61)).toMatchObject({
    message: expect.stringContaining('is laptop, a member that may use the whole mesh, until 1970-04-01'),
    remedy: expect.stringContaining('Any keeper that it meets renews it'),
  });
});

test.each(['darwin', 'win32', 'freebsd'] as const)('On %s no program of Linux is advised', (platform) => {
  for (const [, difference] of CASES) {
    for (const { message, remedy } of diagnose({ ...HEALTHY, ...difference, platform }))
      expect(message + remedy).not.toMatch(/ufw|nft|firewall-cmd|ip link|timedatectl|avahi/);
  }
});
