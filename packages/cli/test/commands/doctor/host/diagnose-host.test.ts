import { describe, expect, test } from 'vitest';
import type { Cause } from '../../../../src/commands/doctor/findings/cause.ts';
import { diagnoseHost } from '../../../../src/commands/doctor/host/diagnose-host.ts';
import type { HostEvidence, Path, PeerReport, TcpTry } from '../../../../src/commands/doctor/host/evidence.ts';

const ON_LINK: Path = { kind: 'via', interfaceName: 'eth0', isTunnel: false, homes: ['eth0'] };
const HOUR_MS = 3_600_000;

function tcp(kind: 'connected' | 'refused' | 'silent', use: TcpTry['use'] = 'known', port = 22): TcpTry {
  return { port, use, outcome: { kind } };
}

function failed(code: string, use: TcpTry['use'] = 'known', port = 22): TcpTry {
  return { port, use, outcome: { kind: 'failed', code } };
}

const PEER: PeerReport = {
  version: '1.2.3',
  clockAheadMs: 200,
  meshIds: [],
  seenAs: '10.0.0.1',
  refusal: undefined,
  isHeard: true,
  heardMulticast: true,
  sendFailure: undefined,
  isReached: true,
};

const HEALTHY: HostEvidence = {
  platform: 'linux',
  host: '10.0.0.2',
  address: '10.0.0.2',
  isOwnAddress: false,
  path: ON_LINK,
  neighbour: 'answers',
  gateway: 'answers',
  othersOnLink: 0,
  tcp: [tcp('connected', 'peers', 5350), tcp('connected', 'service', 7000), tcp('refused')],
  udp: { kind: 'refused' },
  toHost: { kind: 'answered' },
  fromHost: 'heard',
  hearsItself: true,
  withheld: 0,
  doesSystemReach: undefined,
  isWireless: false,
  profile: undefined,
  container: undefined,
  isBehindWindows: false,
  announced: [{ service: 'web', instance: 'web on h2', port: 7000, meshId: undefined }],
  meshIds: undefined,
  version: '1.2.3',
  peer: PEER,
  peerRefusal: undefined,
  isTranslated: false,
};

/** It is not there, as far as anybody can see. */
const ABSENT: Partial<HostEvidence> = {
  neighbour: 'silent',
  tcp: [failed('EHOSTUNREACH', 'peers', 5350), failed('EHOSTUNREACH')],
  udp: { kind: 'failed', code: 'EHOSTUNREACH' },
  toHost: { kind: 'silent' },
  fromHost: 'silent',
  announced: [],
  peer: undefined,
};
/** Unicast passes and multicast does not. */
const DEAF: Partial<HostEvidence> = {
  toHost: { kind: 'silent' },
  fromHost: 'silent',
  announced: [],
  peer: { ...PEER, heardMulticast: false },
};

/** What is the case, how the evidence differs, and what is found. */
const CASES: readonly (readonly [string, Partial<HostEvidence>, Cause | undefined, RegExp])[] = [
  ['nothing is wrong', {}, undefined, /^$/],
  ['a name that nobody knows', { host: 'anna', address: undefined }, 'unknown-name', /address of anna.*such as/],
  ['our own address', { isOwnAddress: true }, 'own-address', /this machine's own.*other machine/],
  ['no route', { path: { kind: 'none', code: 'ENETUNREACH' } }, 'no-route', /no route to 10\.0\.0\.2 \(ENETUNREACH\)/],
  [
    'a VPN that takes the route',
    { ...ABSENT, path: { kind: 'via', interfaceName: 'wg0', isTunnel: true, homes: ['eth0'] } },
    'vpn-route',
    /goes into a VPN \(wg0\).*network of eth0.*split tunnel/,
  ],
  [
    'a route through another interface',
    { ...ABSENT, path: { kind: 'via', interfaceName: 'eth1', isTunnel: false, homes: ['eth0'] } },
    'foreign-route',
    /goes into eth1.*Remove the route/,
  ],
  [
    'a machine behind a router',
    {
      ...DEAF,
      path: { kind: 'via', interfaceName: 'eth0', isTunnel: false, homes: [] },
      toHost: { kind: 'untried' },
      fromHost: 'untried',
    },
    'other-network',
    /router \(eth0\).*--peer 10\.0\.0\.2/,
  ],
  [
    'a container on a bridge',
    {
      ...DEAF,
      path: { kind: 'via', interfaceName: 'eth0', isTunnel: false, homes: [] },
      container: { runtime: 'docker', hasOwnNetwork: true },
    },
    'container-nat',
    /docker container.*--network host.*--peer/,
  ],
  [
    'WSL2',
    { ...DEAF, path: { kind: 'via', interfaceName: 'eth0', isTunnel: false, homes: [] }, isBehindWindows: true },
    'wsl-nat',
    /WSL2.*networkingMode=mirrored/,
  ],
  [
    'Local Network privacy: our dials fail, the ping of macOS does not',
    { ...ABSENT, platform: 'darwin', neighbour: 'unknown', doesSystemReach: true },
    'local-network-privacy',
    /macOS does not let.*Privacy & Security > Local Network/,
  ],
  [
    'Local Network privacy: the link layer knows better',
    { ...ABSENT, platform: 'darwin', neighbour: 'answers' },
    'local-network-privacy',
    /macOS does not let/,
  ],
  [
    'a Mac that really reaches nobody',
    { ...ABSENT, platform: 'darwin', doesSystemReach: false },
    'client-isolation',
    /client isolation/,
  ],
  ['client isolation', ABSENT, 'client-isolation', /gateway answers.*client isolation.*Switch client isolation/],
  [
    'client isolation that lets multicast through',
    { ...ABSENT, fromHost: 'heard' },
    'client-isolation',
    /heard by multicast, and can't be reached/,
  ],
  ['a machine that is off', { ...ABSENT, othersOnLink: 3 }, 'host-off', /Nobody has the address.*others answer.*is on/],
  ['a dead link', { ...ABSENT, gateway: 'silent' }, 'nobody-on-link', /Nobody at all answers on eth0/],
  [
    'silence that nothing explains',
    { ...ABSENT, neighbour: 'unknown', tcp: [tcp('silent')], udp: { kind: 'silent' } },
    'unreachable',
    /Nothing comes back/,
  ],
  [
    'a firewall there that drops everything',
    { ...ABSENT, neighbour: 'answers', tcp: [tcp('silent', 'peers', 5350), tcp('silent')], udp: { kind: 'silent' } },
    'firewall-there',
    /is there, and answers nothing.*firewall of that machine/,
  ],
  [
    'a firewall there that drops TCP',
    { tcp: [tcp('silent', 'peers', 5350), tcp('silent', 'service', 7000), tcp('silent')], peer: undefined },
    'firewall-there',
    /TCP ports 5350, 7000 and 22 do not answer.*Allow TCP ports 5350 and 7000/,
  ],
  [
    'a firewall there that rejects as firewalld does',
    { tcp: [failed('EHOSTUNREACH', 'service', 7000), tcp('refused')], peer: undefined },
    'firewall-there',
    /TCP port 7000 does not answer/,
  ],
  [
    'a firewall there that drops the port of peers',
    { tcp: [tcp('silent', 'peers', 5350), tcp('connected', 'service', 7000)], peer: undefined },
    'firewall-there',
    /5350 \(peers\) does not/,
  ],
  [
    'a firewall here that lets nothing out',
    {
      ...ABSENT,
      neighbour: 'unknown',
      tcp: [failed('EPERM'), failed('EPERM', 'peers', 5350)],
      udp: { kind: 'failed', code: 'EPERM' },
    },
    'firewall-here',
    /on this machine does not let out.*ufw/,
  ],
  [
    'a firewall here that lets no TCP in',
    { peer: { ...PEER, isReached: false } },
    'firewall-here',
    /can't connect to this/,
  ],
  [
    'a NAT between the two',
    { peer: { ...PEER, isReached: false, seenAs: '10.0.0.9' }, isTranslated: true },
    'nat',
    /at 10\.0\.0\.9, which is no address of its own.*--network host/,
  ],
  [
    'an ambassador that does not let us in',
    { peer: undefined, announced: [], peerRefusal: 'it is of another mesh' },
    'other-mesh',
    /does not talk with this machine \(it is of another mesh\)/,
  ],
  [
    'a service that has gone',
    { tcp: [tcp('refused', 'service', 7000)], peer: undefined },
    'service-down',
    /announces "web on h2" on port 7000, and nothing listens/,
  ],
  [
    'a firewall here that lets no multicast out',
    { toHost: { kind: 'failed', code: 'EPERM' }, peer: { ...PEER, heardMulticast: false } },
    'firewall-here',
    /does not let multicast out \(EPERM\)/,
  ],
  [
    'a firewall here that drops the multicast of others',
    { fromHost: 'silent', withheld: 3, peer: undefined },
    'firewall-here',
    /given to no program: a firewall on it drops UDP port 5353/,
  ],
  [
    'a firewall here that drops everything of port 5353',
    { ...DEAF, hearsItself: false },
    'firewall-here',
    /its own packets too/,
  ],
  ['strays that are no answers', { ...DEAF, withheld: 2 }, 'igmp-snooping', /IGMP/],
  [
    "Windows' public profile",
    { ...DEAF, platform: 'win32', profile: 'public', withheld: undefined },
    'windows-profile',
    /for public.*private/,
  ],
  [
    'a firewall there that lets its multicast not out',
    { fromHost: 'silent', peer: { ...PEER, sendFailure: 'EPERM' } },
    'firewall-there',
    /does not let its multicast out.*UDP port 5353, both ways/,
  ],
  [
    'the same without anybody to ask there',
    { fromHost: 'silent', peer: undefined },
    'multicast-one-way',
    /arrives at 10\.0\.0\.2.*Run ambassador doctor on that machine/,
  ],
  [
    'a firewall there that drops port 5353',
    { ...DEAF, udp: { kind: 'silent' } },
    'firewall-there',
    /drops UDP port 5353/,
  ],
  ['an access point that filters', { ...DEAF, isWireless: true }, 'access-point', /access point keeps multicast/],
  ['a switch that snoops', DEAF, 'igmp-snooping', /IGMP where nobody queries.*--peer 10\.0\.0\.2/],
  [
    'nobody there who would answer',
    { ...DEAF, tcp: [tcp('refused', 'peers', 5350), tcp('connected')], peer: undefined },
    'nothing-announced',
    /no ambassador is known to run.*ambassador announce/,
  ],
  [
    'another mesh',
    { meshIds: ['aaaaaaaaaaaaaaaa'], peer: { ...PEER, meshIds: ['bbbbbbbbbbbbbbbb'] } },
    'other-mesh',
    /mesh bbbbbbbbbbbbbbbb.*of mesh aaaaaaaaaaaaaaaa.*Copy one key file/,
  ],
  [
    'another mesh, by its records',
    {
      meshIds: ['aaaaaaaaaaaaaaaa'],
      peer: undefined,
      announced: [{ service: 'web', instance: 'web', port: 7000, meshId: 'bbbbbbbbbbbbbbbb' }],
    },
    'other-mesh',
    /is in mesh bbbbbbbbbbbbbbbb/,
  ],
  ['a mesh there, none here', { peer: { ...PEER, meshIds: ['bbbbbbbbbbbbbbbb'] } }, 'mesh-there', /--mesh-key-file/],
  ['a mesh here, none there', { meshIds: ['aaaaaaaaaaaaaaaa'] }, 'mesh-here', /in open mode/],
  ['a clock an hour ahead', { peer: { ...PEER, clockAheadMs: HOUR_MS } }, 'clock', /60 minutes ahead.*timedatectl/],
  ['a clock a day behind', { peer: { ...PEER, clockAheadMs: -24 * HOUR_MS } }, 'clock', /24 hours behind.*not valid/],
  [
    'another major version',
    { peer: { ...PEER, version: '2.0.0' } },
    'version',
    /runs ambassador 2\.0\.0.*same version/,
  ],
];

test.each(CASES)('%s', (_, difference, cause, text) => {
  const findings = diagnoseHost({ ...HEALTHY, ...difference });
  const found = findings.filter(({ status }) => status !== 'ok');
  expect(found.map((finding) => finding.cause)).toEqual(cause === undefined ? [] : expect.arrayContaining([cause]));
  const told = found.find((finding) => finding.cause === cause);
  expect(told === undefined ? '' : `${told.message} ${told.remedy}`).toMatch(text);
});

test('One thing is to blame, and it is told once', () => {
  for (const [name, difference, cause] of CASES) {
    const found = diagnoseHost({ ...HEALTHY, ...difference }).filter(({ status }) => status !== 'ok');
    expect([name, found.map((finding) => finding.cause)]).toEqual([name, cause === undefined ? [] : [cause]]);
  }
});

test('Every sentence is one, and what is wrong has a remedy and, between the two, evidence', () => {
  for (const [, difference] of CASES) {
    for (const { status, message, remedy, cause, check, evidence } of diagnoseHost({ ...HEALTHY, ...difference })) {
      expect(message).toMatch(/^(?:macOS |[A-Z\d]).*\.$/);
      if (status === 'ok') continue;
      expect(remedy).toMatch(/^[A-Z].*\.$/);
      expect(cause).toBeDefined();
      if (['reach', 'tcp', 'multicast'].includes(check)) expect(evidence?.length).toBeGreaterThan(3);
    }
  }
});

describe('What comes from there', () => {
  const EVIL = '\u001b[31m\n<b>';
  test('is escaped', () => {
    const findings = diagnoseHost({
      ...HEALTHY,
      host: EVIL,
      tcp: [tcp('refused', 'service', 7000)],
      announced: [{ service: 'web', instance: EVIL, port: 7000, meshId: EVIL }],
      peer: { ...PEER, version: EVIL, meshIds: [EVIL], sendFailure: EVIL, seenAs: EVIL },
      fromHost: 'silent',
    });
    expect(JSON.stringify(findings)).not.toMatch(/\\u001b|\\n/);
  });

  test('is bounded', () => {
    const long = 'x'.repeat(10_000);
    const findings = diagnoseHost({ ...HEALTHY, host: long, peer: { ...PEER, version: long, meshIds: [long] } });
    expect(JSON.stringify(findings).length).toBeLessThan(10_000);
  });
});

test.each(['darwin', 'win32', 'freebsd'] as const)(
  'On %s no program of Linux is advised for this machine',
  (platform) => {
    for (const [, difference] of CASES) {
      const findings = diagnoseHost({ ...HEALTHY, ...difference, platform });
      // What is to be done there depends on the other machine.
      for (const { message, remedy } of findings.filter(({ cause }) => cause !== 'firewall-there'))
        expect(message + remedy).not.toMatch(/ufw|nft|firewall-cmd|timedatectl|avahi/);
    }
  },
);
