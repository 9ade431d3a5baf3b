import type { Instance, LinkCheck } from '@mdns-ambassador/mdns';
import { expect, test } from 'vitest';
import type { HostEvidence } from '../../../../src/commands/doctor/host/evidence.ts';
import {
  askSystem,
  composeEvidence,
  findAnnounced,
  type GatheredHost,
  type HostAnswers,
} from '../../../../src/commands/doctor/host/gather-host.ts';
import type { Facts } from '../../../../src/commands/doctor/machine/facts.ts';

const LINK: LinkCheck = {
  interfaceName: 'eth0',
  family: 'IPv4',
  outcome: {
    kind: 'open',
    hearsItself: true,
    sendErrors: 0,
    others: 2,
    answering: 1,
    heard: [
      { address: '10.0.0.2', isPrompt: false },
      { address: '10.0.0.3', isPrompt: true },
    ],
  },
};
const FACTS: Facts = {
  platform: 'linux',
  areInterfacesHidden: false,
  isBehindWindows: false,
  interfaces: [{ name: 'eth0', loopback: false, hasIPv6: true, isWireless: true }],
  skipped: [],
  links: [LINK],
  withheld: 1,
  controlHeardOn: ['eth0'],
  portHolders: [],
  profiles: [{ interfaceName: 'eth0', category: 'public' }],
  refusedRecords: undefined,
  defaultRoute: { interfaceName: 'eth0', gateway: '10.0.0.254', isTunnel: false },
  container: undefined,
  clock: { wallClock: 0, isSynchronized: undefined },
};
const SILENT = { answeredBy: [], addresses: [], errorCode: undefined, isRefused: false };
const ANSWERS: HostAnswers = {
  path: { kind: 'via', interfaceName: 'eth0', isTunnel: false, homes: ['eth0'] },
  known: [
    { port: 5350, use: 'peers', outcome: { kind: 'refused' } },
    { port: 22, use: 'known', outcome: { kind: 'silent' } },
  ],
  gateway: { port: 80, use: 'known', outcome: { kind: 'silent' } },
  unicast: SILENT,
  multicast: SILENT,
};
const GATHERED: GatheredHost = {
  host: 'anna.local',
  address: '10.0.0.2',
  network: [],
  facts: FACTS,
  answers: ANSWERS,
  services: [{ port: 7000, use: 'service', outcome: { kind: 'connected' } }],
  announced: [],
  neighbours: [
    { address: '10.0.0.2', state: 'fresh' },
    { address: '10.0.0.254', state: 'silent' },
  ],
  doesSystemReach: undefined,
  meshIds: undefined,
  version: '1.2.3',
  peer: { kind: 'absent' },
};

test('What was found out becomes evidence', () => {
  expect(composeEvidence(GATHERED)).toMatchObject({
    neighbour: 'answers',
    gateway: 'silent',
    othersOnLink: 1,
    udp: { kind: 'silent' },
    toHost: { kind: 'silent' },
    fromHost: 'heard',
    hearsItself: true,
    isWireless: true,
    profile: 'public',
    withheld: 1,
  });
  expect(composeEvidence(GATHERED).tcp.map(({ port }) => port)).toEqual([5350, 7000, 22]);
});

/** What differs, and what the evidence has of it. */
const CASES: readonly (readonly [string, Partial<GatheredHost>, Partial<HostEvidence>])[] = [
  [
    'an answer by unicast shows that multicast gets there',
    { answers: { ...ANSWERS, multicast: { ...SILENT, answeredBy: ['10.0.0.2'] } } },
    { toHost: { kind: 'answered' } },
  ],
  ['so does one by multicast that comes at once', { address: '10.0.0.3' }, { toHost: { kind: 'answered' } }],
  [
    "somebody else's does not",
    { answers: { ...ANSWERS, multicast: { ...SILENT, answeredBy: ['10.0.0.9'] } } },
    { toHost: { kind: 'silent' } },
  ],
  [
    'a refusal to send is told by its code',
    {
      answers: { ...ANSWERS, multicast: { ...SILENT, errorCode: 'EPERM' }, unicast: { ...SILENT, errorCode: 'EPERM' } },
    },
    { toHost: { kind: 'failed', code: 'EPERM' }, udp: { kind: 'failed', code: 'EPERM' } },
  ],
  [
    'a refusal by the other machine shows that UDP gets there',
    { answers: { ...ANSWERS, unicast: { ...SILENT, isRefused: true } } },
    { udp: { kind: 'refused' } },
  ],
  [
    'where no multicast was tried none is missed',
    { answers: { ...ANSWERS, multicast: undefined }, address: '10.9.9.9' },
    { toHost: { kind: 'untried' }, fromHost: 'untried' },
  ],
  [
    'who is not heard on that link is silent',
    { address: '10.0.0.4', neighbours: [{ address: '10.0.0.4', state: 'stale' }] },
    { fromHost: 'silent', neighbour: 'unknown', othersOnLink: 2 },
  ],
  [
    'whose services were found was heard',
    { address: '10.0.0.4', announced: [{ service: 'web', instance: 'web', port: 1, meshId: undefined }] },
    { fromHost: 'heard' },
  ],
  [
    'a gateway that refuses answers',
    { answers: { ...ANSWERS, gateway: { port: 80, use: 'known', outcome: { kind: 'refused' } } } },
    { gateway: 'answers' },
  ],
  [
    'Windows does not list who is silent',
    { facts: { ...FACTS, platform: 'win32' }, neighbours: [] },
    { neighbour: 'silent' },
  ],
  ['elsewhere who is not listed is not known', { neighbours: [] }, { neighbour: 'unknown' }],
];

test.each(CASES)('%s', (_, difference, expected) => {
  expect(composeEvidence({ ...GATHERED, ...difference })).toMatchObject(expected);
});

test('Services are of the machine whose address stands in their records', () => {
  const address = { address: '10.0.0.2', interfaceName: 'eth0', isFromThisHost: false };
  const instance: Instance = {
    name: 'web on h2',
    type: '_web._tcp',
    host: 'h2.local',
    port: 7000,
    priority: 0,
    weight: 0,
    txt: new Map([['mesh', new TextEncoder().encode('0123456789abcdef')]]),
    addresses: [address],
    announcer: '10.0.0.2',
  };
  const instances = [
    instance,
    { ...instance, name: 'a probe', type: '_amb-probe._tcp' },
    { ...instance, name: 'forged', txt: new Map([['mesh', new TextEncoder().encode('\u001b[31m')]]) },
    { ...instance, name: 'ours', addresses: [{ ...address, isFromThisHost: true }] },
    { ...instance, name: 'another', addresses: [{ ...address, address: '10.0.0.3' }] },
    ...Array.from({ length: 20 }, (_, index) => ({ ...instance, name: `more ${index}` })),
  ];
  const found = findAnnounced({ instances, refusedOn: [], recordsRefused: 0 }, '10.0.0.2');
  expect(found).toHaveLength(8);
  expect(found.slice(0, 3)).toEqual([
    { service: 'web', instance: 'web on h2', port: 7000, meshId: '0123456789abcdef' },
    { service: 'web', instance: 'forged', port: 7000, meshId: undefined },
    { service: 'web', instance: 'more 0', port: 7000, meshId: '0123456789abcdef' },
  ]);
});

test.each([
  ['darwin', 'EHOSTUNREACH', '1 packets received', true],
  ['darwin', 'EHOSTUNREACH', undefined, false],
  ['darwin', 'ETIMEDOUT', '1 packets received', undefined],
  ['linux', 'EHOSTUNREACH', '1 packets received', undefined],
  ['win32', 'EHOSTUNREACH', '1 packets received', undefined],
] as const)('On %s, where a dial fails with %s, ping (%s) means %s', async (platform, code, said, expected) => {
  const answers: HostAnswers = { ...ANSWERS, known: [{ port: 22, use: 'known', outcome: { kind: 'failed', code } }] };
  expect(await askSystem('10.0.0.2', answers, platform, async () => said)).toBe(expected);
});
