import type { ProxyEvent, RefusedInstance } from '@mdns-ambassador/ambassador';
import { AnnouncerError, type AnnouncerEvent } from '@mdns-ambassador/announcer';
import type { Instance, NetworkInterface, NodeEvent, SkippedInterface } from '@mdns-ambassador/mdns';
import { describe, expect, test } from 'vitest';
import { formatEndpoints } from '../../src/commands/resolve/endpoint-formats.ts';
import { announcerEventToFact, describeAnnouncerEvent } from '../../src/output/announcer-lines.ts';
import { browseEventToJson, describeBrowseEvent, formatInstances } from '../../src/output/instance-lines.ts';
import { describeMode, type Mode } from '../../src/output/mesh-lines.ts';
import {
  describeAlone,
  describeStart,
  type NetworkFacts,
  tellNodeEvent,
  tellStart,
} from '../../src/output/network-lines.ts';
import { createPrinter, createStyle } from '../../src/output/printer.ts';
import { describeProxyEvent, proxyEventToFact } from '../../src/output/proxy-lines.ts';
import type { Fact } from '../../src/output/reporter.ts';

const WIDE = Number.POSITIVE_INFINITY;
const EVIL = 'evil\u001b[2J';

const ETH0: NetworkInterface = {
  name: 'eth0',
  loopback: false,
  addresses: [
    { address: 'fe80::1', family: 'IPv6', prefixLength: 64, scopeId: 2 },
    { address: '10.99.0.1', family: 'IPv4', prefixLength: 24, scopeId: 0 },
  ],
};
const LO: NetworkInterface = {
  name: 'lo',
  loopback: true,
  addresses: [{ address: '127.0.0.1', family: 'IPv4', prefixLength: 8, scopeId: 0 }],
};

const BEYOND: RefusedInstance = {
  service: 'redis',
  instance: 'redis on nas',
  addresses: [
    { address: '127.0.0.1', refusal: 'loopback' },
    { address: '10.98.77.5', refusal: 'off-link' },
  ],
};
const UNUSABLE: RefusedInstance = {
  service: 'redis',
  instance: 'redis on pi',
  addresses: [{ address: '127.0.0.1', refusal: 'loopback' }],
};
const ENDPOINT = {
  id: 'mdns:redis on h1',
  service: 'redis',
  instance: 'redis on h1',
  addresses: ['10.99.0.1', 'fe80::1%eth0'],
  port: 12345,
  priority: 0,
  weight: 0,
  secure: false,
  source: 'mdns',
  draining: false,
};

function networkOf(
  interfaces: readonly NetworkInterface[],
  skipped: readonly SkippedInterface[] = [],
  awaited: readonly string[] = [],
): NetworkFacts {
  return { interfaces: () => interfaces, skipped: () => skipped, awaited: () => awaited };
}

/** As it comes out. */
function print(line: string | undefined): string | undefined {
  if (line === undefined) return undefined;
  const printed: string[] = [];
  createPrinter({ write: (text) => printed.push(text) }, {}).line(line);
  return printed.join('').trimEnd();
}

const OPEN: Mode = { kind: 'open' };

describe('at the start', () => {
  test('it is said that everybody may take part, and which interfaces are used and which not', () => {
    expect(describeStart(networkOf([ETH0], [{ name: 'docker0', reason: 'docker bridge' }]), OPEN)).toEqual([
      'open mode: anyone on this network can announce or reach services',
      'using eth0 (10.99.0.1)',
      'not using docker0 (docker bridge); add --interface docker0 to use it',
    ]);
  });

  test('where every place is named, it is said whom to believe; with a key, who is let in', () => {
    expect(describeMode(OPEN, true)).toBe('open mode: whoever answers where it is said to be counts as the service');
    for (const isNamed of [true, false]) {
      const inMesh = (...ids: readonly string[]): string =>
        describeMode({ kind: 'mesh', ids, standing: 'as keeper' }, isNamed);
      expect(inMesh('0011')).toBe('mesh 0011 as keeper: only its members can announce or reach services');
      expect(inMesh('0011', '2233')).toBe(
        'mesh 0011 and 2233 as keeper: only its members can announce or reach services',
      );
    }
  });

  test('who asks for open mode where there is a key is told which one is not used', () => {
    expect(describeMode({ kind: 'open', unusedKey: '/home/a/mesh.key' })).toBe(
      'open mode: anyone on this network can announce or reach services (without --open the mesh key in /home/a/mesh.key would be used)',
    );
  });

  test('loopback alone and no interface at all are said', () => {
    expect(describeStart(networkOf([LO]), OPEN)).toContain('using lo (127.0.0.1): only this machine can be reached');
    expect(describeStart(networkOf([]), OPEN)).toContain('no network interface is up: waiting for one');
    expect(describeStart({ ...networkOf([]), isHidden: () => true }, OPEN)).toContain(
      'This system (Android) does not tell programs which network interfaces there are, so that mDNS can not be used; name peers with --from static:HOST:PORT',
    );
    expect(describeStart(networkOf([ETH0]), OPEN, true).at(-1)).toMatch(
      /^This Linux runs in WSL2 .* nobody on the LAN hears it, and it hears nobody there; run ambassador on Windows itself, or write networkingMode=mirrored/,
    );
  });

  test('who found nothing is told where multicast reached this machine alone, and what is left out', () => {
    expect(describeAlone(networkOf([ETH0, LO]))).toBeUndefined();
    expect(describeAlone(networkOf([LO]))).toBe(
      'multicast reached this machine alone: connect to a network, or see what ambassador doctor says',
    );
    expect(describeAlone(networkOf([LO], [{ name: 'br0', reason: 'bridge' }]))).toBe(
      'multicast reached this machine alone: not using br0 (bridge); add --interface br0 to use it; else connect to a network, or see what ambassador doctor says',
    );
  });

  test('interfaces that were named and are not up are waited for, by name', () => {
    expect(describeStart(networkOf([], [], ['eth7']), OPEN)).toContain(
      'eth7 is not up, or has no address yet: waiting for it',
    );
    const both = describeStart(networkOf([ETH0], [], ['eth7', 'wlan0']), OPEN).join('\n');
    expect(both).toContain('eth7 and wlan0 are not up, or have no address yet: waiting for them\nusing eth0');
  });

  test('what is left out is one line, however much it is', () => {
    const skipped = Array.from({ length: 12 }, (_, index) => ({ name: `utun${index}`, reason: 'VPN or tunnel' }));
    const lines = describeStart(networkOf([ETH0], [{ name: 'docker0', reason: 'docker bridge' }, ...skipped]), OPEN);
    expect(lines).toHaveLength(3);
    expect(lines[2]).toBe(
      'not using docker0 (docker bridge), utun0, utun1, utun2, utun3, utun4, utun5, utun6 (VPN or tunnel), and 5 more; add --interface NAME to use one',
    );
  });

  test('a name with blanks is quoted as a shell wants it', () => {
    expect(describeStart(networkOf([], [{ name: 'vEthernet (WSL)', reason: 'switch' }]), OPEN).at(-1)).toContain(
      '--interface "vEthernet (WSL)"',
    );
  });

  test('programs get the mode and the interfaces', () => {
    const facts: Fact[] = [];
    tellStart({ tell: (_, fact) => facts.push(fact) }, networkOf([ETH0]), OPEN);
    expect(facts).toEqual([
      {
        event: 'started',
        mode: 'open',
        interfaces: [{ name: 'eth0', addresses: ['fe80::1', '10.99.0.1'] }],
        skipped: [],
      },
    ]);
  });

  test.each<[NodeEvent, string]>([
    [{ kind: 'interface-up', interfaceName: 'wlan0', addresses: ['10.0.0.1'] }, 'wlan0 is up (10.0.0.1)'],
    [{ kind: 'interface-down', interfaceName: 'wlan0' }, 'wlan0 is down'],
    [
      { kind: 'interface-up', interfaceName: 'lo', addresses: ['127.0.0.1'] },
      'using lo (127.0.0.1): only this machine',
    ],
    [{ kind: 'interface-down', interfaceName: 'lo' }, 'lo is not used any more: it reaches this machine alone'],
    [
      { kind: 'link-failed', interfaceName: 'wlan0', error: new Error('port refused') },
      "can't use wlan0: port refused",
    ],
    [{ kind: 'interfaces-unseen', error: new Error('no file descriptor left') }, 'no file descriptor left'],
    [{ kind: 'send-refused', interfaceName: 'eth0', code: 'EPERM' }, 'eth0: nothing can be sent (EPERM): a firewall'],
    [{ kind: 'send-refused', interfaceName: 'eth0', code: 'ENETUNREACH' }, '(ENETUNREACH): trying again'],
    [{ kind: 'records-refused', interfaceName: 'eth0' }, 'eth0: more is announced there than is kept'],
    [{ kind: 'host-renamed', from: 'a', to: 'b' }, 'this machine is b now'],
    [{ kind: 'name-disputed', name: EVIL }, '\\u{1b}'],
  ])('later %j is said', (event, words) => {
    const lines: unknown[] = [];
    tellNodeEvent({ tell: (line) => lines.push(line) }, event, 'linux');
    expect(lines.join('\n')).toContain(words);
    expect(lines.join('\n')).not.toContain('\u001b');
  });
});

test('on macOS a refusal is the permission that is missing', () => {
  const lines: unknown[] = [];
  const event = { kind: 'send-refused', interfaceName: 'en0', code: 'EHOSTUNREACH' } as const;
  tellNodeEvent({ tell: (line) => lines.push(line) }, event, 'darwin');
  tellNodeEvent({ tell: (line) => lines.push(line) }, event, 'linux');
  expect(lines[0]).toContain('Privacy & Security > Local Network');
  expect(lines[1]).toContain('trying again');
});

describe('announce', () => {
  const announced: AnnouncerEvent = {
    kind: 'announced',
    service: 'redis',
    instance: 'redis on h1',
    type: '_redis._tcp',
    host: 'h1-k3x9.local',
    port: 12345,
    interfaces: ['eth0', 'gone0'],
  };

  test.each<[AnnouncerEvent, string | undefined]>([
    [announced, 'announced redis as "redis on h1" (_redis._tcp) on eth0 (10.99.0.1) and gone0, port 12345'],
    [
      { ...announced, interfaces: ['eth0'], family: 'IPv6' },
      'announced redis as "redis on h1" (_redis._tcp) on eth0 (fe80::1), port 12345',
    ],
    [
      { ...announced, interfaces: [], peers: 2 },
      'announced redis as "redis on h1" (_redis._tcp), port 12345, to 2 peers alone: no network interface lets anything be sent',
    ],
    [
      { kind: 'waiting', service: 'redis', reason: 'nobody answers' },
      'redis: waiting until it answers (nobody answers)',
    ],
    [{ kind: 'check-passed', service: 'redis' }, undefined],
    [{ kind: 'check-failed', service: 'redis', reason: 'refused' }, undefined],
    [
      { kind: 'withdrawn', service: 'redis', instance: 'redis on h1', reason: 'refused' },
      'withdrew "redis on h1": refused',
    ],
    [
      { kind: 'renamed', service: 'redis', from: 'a', to: 'a (2)' },
      'the name "a" is taken: redis is called "a (2)" now',
    ],
    [
      { kind: 'doubtful', service: 'db', reason: 'it answers "no"', relays: false },
      'db: it answers "no"; others on the LAN may be told the same: allow their addresses there, or add --relay to let ambassador forward to it',
    ],
    [
      { kind: 'doubtful', service: 'db', reason: 'it answers "no"', relays: true },
      'db: it answers "no"; clients that come through ambassador are told the same: allow this machine there',
    ],
    [
      { kind: 'relaying', service: 'redis', from: ['10.99.0.1:4000'], to: '127.0.0.1:6379' },
      'relaying connections for redis from 10.99.0.1:4000 to 127.0.0.1:6379',
    ],
    [
      {
        kind: 'alias-announced',
        service: 'web',
        alias: 'web.local',
        port: 3000,
        urls: { byName: 'http://web.local:3000', byAddress: 'http://10.99.0.1:3000' },
      },
      'web in a browser: http://web.local:3000 or http://10.99.0.1:3000',
    ],
    [{ kind: 'alias-announced', service: 'ssh', alias: 'nas.local', port: 22 }, 'nas.local leads to ssh, port 22'],
    [
      { kind: 'alias-renamed', service: 'web', from: 'web.local', to: 'web-2.local' },
      "web.local is another machine's: web here is web-2.local now",
    ],
    [
      { kind: 'alias-lost', service: 'web', alias: 'web-4.local' },
      "web-4.local is another machine's, and so is each name that was tried before it: web here has none (--alias NAME)",
    ],
    [
      {
        kind: 'alias-lost',
        service: 'web',
        alias: 'web-4.local',
        urls: { byName: 'http://h1-k3x9.local:3000', byAddress: 'http://10.99.0.1:3000' },
      },
      "web-4.local is another machine's, and so is each name that was tried before it: web here has none (--alias NAME); in a browser: http://h1-k3x9.local:3000 or http://10.99.0.1:3000",
    ],
    [
      { kind: 'alias-withheld', service: 'web', alias: 'web.local' },
      'web has no web.local: in a mesh only members reach it, with ambassador proxy',
    ],
    [{ kind: 'draining', service: 'redis', connections: 1 }, 'redis is leaving: 1 connection to finish'],
    [{ kind: 'draining', service: 'redis', connections: 0 }, undefined],
    [
      { kind: 'refused', service: 'redis', error: new AnnouncerError('LOOPBACK_ONLY', 'add --relay') },
      'not announcing redis: add --relay',
    ],
  ])('%j', (event, line) => {
    expect(print(describeAnnouncerEvent(event, [ETH0]))).toBe(line);
  });

  test('programs get the event first, and an error as its code and reason', () => {
    expect(Object.keys(announcerEventToFact(announced))[0]).toBe('event');
    expect(
      announcerEventToFact({
        kind: 'refused',
        service: 'redis',
        error: new AnnouncerError('LOOPBACK_ONLY', 'add --relay'),
      }),
    ).toEqual({ event: 'refused', service: 'redis', code: 'LOOPBACK_ONLY', reason: 'add --relay' });
  });
});

describe('proxy', () => {
  test.each<[ProxyEvent, string | undefined]>([
    [
      {
        kind: 'listening',
        service: 'redis',
        at: [
          { kind: 'tcp', address: '127.0.0.1', port: 6379 },
          { kind: 'tcp', address: '::1', port: 6379 },
        ],
      },
      'listening on 127.0.0.1:6379 and [::1]:6379 for redis',
    ],
    [
      { kind: 'endpoint-added', service: 'redis', endpoint: ENDPOINT, state: 'ready' },
      'found "redis on h1" at 10.99.0.1:12345',
    ],
    [
      { kind: 'endpoint-updated', service: 'redis', endpoint: ENDPOINT, state: 'ready' },
      'changed: "redis on h1" at 10.99.0.1:12345',
    ],
    [
      { kind: 'endpoint-removed', service: 'redis', endpoint: ENDPOINT, state: 'ready', reason: 'said goodbye' },
      'lost "redis on h1": said goodbye',
    ],
    [
      {
        kind: 'endpoint-removed',
        service: 'redis',
        endpoint: { ...ENDPOINT, instance: EVIL },
        state: 'ready',
        reason: 'said goodbye',
      },
      'lost "evil\\u{1b}[2J": said goodbye',
    ],
    [
      { kind: 'endpoint-state', service: 'redis', endpoint: ENDPOINT, state: 'ejected', reason: 'refuses connections' },
      '"redis on h1" is not used for now: refuses connections',
    ],
    [
      { kind: 'endpoint-state', service: 'redis', endpoint: ENDPOINT, state: 'stale', reason: 'not heard of again' },
      '"redis on h1" was lost sight of (not heard of again): used while it answers',
    ],
    [
      {
        kind: 'endpoint-state',
        service: 'redis',
        endpoint: { ...ENDPOINT, draining: true },
        state: 'stale',
        reason: 'said goodbye',
      },
      '"redis on h1" was lost sight of (said goodbye): used while it answers and nothing else is left',
    ],
    [
      { kind: 'no-endpoint', service: 'redis', waiting: 1, known: 0, refused: [] },
      'redis: nobody offers it now, connections wait up to 10s',
    ],
    [
      { kind: 'no-endpoint', service: 'redis', waiting: 1, known: 0, refused: [UNUSABLE, BEYOND] },
      'redis: "redis on nas" and 1 more can\'t be used: 10.98.77.5 is beyond this link: add --allow-cidr 10.98.77.0/24 to use it; connections wait up to 10s',
    ],
    [
      {
        kind: 'no-endpoint',
        service: 'redis',
        waiting: 1,
        known: 0,
        refused: [{ service: 'redis', instance: 'redis on h1', reason: 'it is of mesh 01, and no mesh key was given' }],
      },
      'redis: "redis on h1" can\'t be used: it is of mesh 01, and no mesh key was given; connections wait up to 10s',
    ],
    [
      { kind: 'no-endpoint', service: 'redis', waiting: 1, known: 0, refused: [UNUSABLE] },
      'redis: "redis on pi" can\'t be used: its address is said to be 127.0.0.1, by which each machine reaches itself alone: have it announce the one that it has on this network; connections wait up to 10s',
    ],
    [{ kind: 'unreachable', service: 'redis', reason: 'no answer' }, 'closing connections for redis: no answer'],
    [
      { kind: 'unreachable', service: 'redis', reason: `${EVIL}\nmesh 0123` },
      'closing connections for redis: evil\\u{1b}[2J\\u{a}mesh 0123',
    ],
    [
      { kind: 'connections-full', service: 'redis', limit: 9 },
      'redis: 9 connections are open, and there is no room for more: further ones are closed (ulimit -n and --max-connections decide)',
    ],
    [
      { kind: 'overload', service: 'redis', clients: 1, queue: 'dial' },
      'redis: more clients come than can be served in time, the latest are turned away at once: too many wait for their turn to dial',
    ],
    [
      { kind: 'overload', service: 'redis', clients: 159, queue: 'accept' },
      'redis: more clients come than can be served in time, the latest are turned away at once (159 since this was said last): this process is too busy to accept them',
    ],
    [{ kind: 'drained', service: 'redis', finished: 2, reset: 1 }, 'redis: 2 connections finished, 1 cut off'],
    [{ kind: 'drained', service: 'redis', finished: 0, reset: 0 }, undefined],
  ])('%j', (event, line) => {
    expect(print(describeProxyEvent(event, 10_000))).toBe(line);
  });

  test('an endpoint without an instance is told by its place', () => {
    const { instance: _, ...endpoint } = ENDPOINT;
    expect(describeProxyEvent({ kind: 'endpoint-added', service: 'redis', endpoint, state: 'ready' }, 1)).toBe(
      'found 10.99.0.1:12345',
    );
  });

  test('the second of a name is told with its link (RFC 6762 14)', () => {
    const endpoint = { ...ENDPOINT, link: 'eth1' };
    expect(describeProxyEvent({ kind: 'endpoint-added', service: 'redis', endpoint, state: 'ready' }, 1)).toBe(
      'found "redis on h1" on eth1 at 10.99.0.1:12345',
    );
    expect(
      describeProxyEvent({ kind: 'endpoint-removed', service: 'redis', endpoint, state: 'ready', reason: 'gone' }, 1),
    ).toBe('lost "redis on h1" on eth1: gone');
  });

  test('programs get endpoints in the shape of the contract', () => {
    expect(
      JSON.stringify(
        proxyEventToFact({ kind: 'endpoint-added', service: 'redis', endpoint: ENDPOINT, state: 'ready' }),
      ),
    ).toBe(
      '{"event":"endpoint-added","service":"redis","endpoint":{"service":"redis","address":"10.99.0.1","port":12345,' +
        '"instance":"redis on h1","priority":0,"weight":0,"secure":false,"source":"mdns","state":"ready"}}',
    );
  });

  test('programs get the state that the pool told, as the endpoint’s', () => {
    const service = 'redis';
    const endpoint = ENDPOINT;
    const events: readonly ProxyEvent[] = [
      { kind: 'endpoint-added', service, endpoint, state: 'probation' },
      { kind: 'endpoint-updated', service, endpoint, state: 'draining' },
      { kind: 'endpoint-removed', service, endpoint, state: 'stale', reason: 'left' },
      { kind: 'endpoint-state', service, endpoint, state: 'ready', reason: 'answers' },
      { kind: 'connections-reset', service, endpoint, state: 'ejected', count: 2, reason: 'left' },
    ];
    const shown = { service, address: '10.99.0.1', port: 12345, instance: 'redis on h1', priority: 0, weight: 0 };
    const told = { ...shown, secure: false, source: 'mdns' };
    expect(events.map(proxyEventToFact)).toEqual([
      { event: 'endpoint-added', service, endpoint: { ...told, state: 'probation' } },
      { event: 'endpoint-updated', service, endpoint: { ...told, state: 'draining' } },
      { event: 'endpoint-removed', service, endpoint: { ...told, state: 'stale' }, reason: 'left' },
      { event: 'endpoint-state', service, endpoint: { ...told, state: 'ready' }, reason: 'answers' },
      { event: 'connections-reset', service, endpoint: { ...told, state: 'ejected' }, count: 2, reason: 'left' },
    ]);
  });

  test('programs get no state where there is none', () => {
    const events: readonly ProxyEvent[] = [
      { kind: 'leads-back', service: 'redis', endpoint: ENDPOINT },
      { kind: 'connections-reset', service: 'redis', endpoint: ENDPOINT, count: 1, reason: 'gone' },
    ];
    for (const event of events) expect(proxyEventToFact(event).endpoint).not.toHaveProperty('state');
  });
});

describe('list', () => {
  const instance: Instance = {
    announcer: '10.99.0.2',
    name: EVIL,
    type: '_redis._tcp',
    host: 'h1.local',
    port: 1,
    priority: 0,
    weight: 0,
    txt: new Map<string, Uint8Array | true>([
      ['txtvers', Buffer.from('1')],
      ['beta', true],
      ['k', Buffer.from('\u001b')],
      ['raw', new Uint8Array([255])],
    ]),
    addresses: [{ address: '10.0.0.1', interfaceName: 'eth0', isFromThisHost: false }],
  };

  test('a table has a heading, and nothing from the network is printed as it came', () => {
    const [heading, row] = formatInstances([instance], createStyle(false), WIDE, () => undefined);
    expect(heading).toEqual([{ text: expect.stringMatching(/^SERVICE +INSTANCE +ADDRESS +HOST +TXT$/) }]);
    expect(row?.[0]).toMatch(/^redis +evil\\u\{1b\}\[2J +10\.0\.0\.1:1 +h1\.local +beta k=\\u\{1b\} raw=base64:\/w==$/);
  });

  test('what ambassador writes for programs is left out, and what other devices write under those names is not', () => {
    const rowOf = (id: string): unknown => {
      const txt = new Map(
        Object.entries({ txtvers: '1', id, peer: '5350', mac: 'x', mac2: 'y', rm: '1-ab', path: '/a' }),
      );
      const bytes = new Map([...txt].map(([key, value]) => [key, Buffer.from(value)] as const));
      return formatInstances([{ ...instance, txt: bytes }], createStyle(false), WIDE, () => undefined)[1]?.[0];
    };
    expect(rowOf('k3x2abcdefgh2345')).toMatch(/h1\.local +path=\/a$/);
    expect(rowOf('AA:BB')).toMatch(/h1\.local +id=AA:BB peer=5350 mac=x mac2=y rm=1-ab path=\/a$/);
  });

  test('with a mesh key it is said who is of the mesh', () => {
    const other = { ...instance, name: 'other' };
    const [heading, first, second] = formatInstances([instance, other], createStyle(false), WIDE, () => undefined, {
      id: '0011',
      isMember: (one) => one === instance,
    });
    expect(heading).toEqual([{ text: expect.stringMatching(/^SERVICE +INSTANCE +MESH 0011 +ADDRESS +HOST +TXT$/) }]);
    expect(first?.[0]).toMatch(/ member +10\.0\.0\.1:1 /);
    expect(second?.[0]).toMatch(/^redis +other +stranger +10\.0\.0\.1:1 /);
  });

  test('where a terminal is too narrow, TXT is cut, then the host is left out, then TXT, never who and where it is', () => {
    const rowOf = (width: number): unknown =>
      formatInstances([{ ...instance, name: 'one' }], createStyle(false), width, () => undefined)[1];
    const txt = 'beta k=\\u{1b} raw=base64:/w==';
    expect(rowOf(80)).toEqual([`redis     one        10.0.0.1:1   h1.local   ${txt}`]);
    expect(rowOf(60)).toEqual(['redis     one        10.0.0.1:1   h1.local   beta k=\\u{1b} …']);
    expect(rowOf(59)).toEqual(['redis     one        10.0.0.1:1   beta k=\\u{1b} raw=base64…']);
    expect(rowOf(40)).toEqual(['redis     one        10.0.0.1:1']);
    expect(rowOf(10)).toEqual(rowOf(40));
  });

  test('what may not be dialled is marked with why', () => {
    const [, row] = formatInstances([instance], createStyle(false), WIDE, () => 'off-link');
    expect(row?.[0]).toMatch(/ 10\.0\.0\.1:1 \(off-link\) +h1\.local /);
    const [, other] = formatInstances([instance], createStyle(false), WIDE, () => 'loopback');
    expect(other?.[0]).toMatch(/ 10\.0\.0\.1:1 \(loopback\) +h1\.local /);
    expect(describeBrowseEvent({ kind: 'added', instance }, () => 'off-link')).toContain(' at 10.0.0.1:1 (off-link) (');
  });

  test('two of one name are told with the links that they are on (RFC 6762 14)', () => {
    const other = { ...instance, link: 'eth1' };
    const rows = formatInstances([instance, other], createStyle(false), WIDE, () => undefined).slice(1);
    expect(rows.map(([row]) => row)).toEqual([
      expect.stringContaining('[2J on eth0 '),
      expect.stringContaining('[2J on eth1 '),
    ]);
    const tell = (one: Instance, hasNamesake?: boolean) =>
      describeBrowseEvent({ kind: 'added', instance: one }, () => undefined, hasNamesake);
    expect(tell(other)).toContain('[2J" on eth1 at ');
    expect(tell(instance, true)).toContain('[2J" on eth0 at ');
    expect(tell(instance)).toContain('[2J" at ');
  });

  test('what comes, changes and goes has its mark', () => {
    expect(describeBrowseEvent({ kind: 'added', instance }, () => undefined)).toMatch(
      /^\[\+\] redis "evil\\u\{1b\}\[2J" at 10\.0\.0\.1:1/,
    );
    expect(describeBrowseEvent({ kind: 'updated', instance }, () => undefined)).toMatch(/^\[~\]/);
    expect(describeBrowseEvent({ kind: 'removed', instance, lost: 'goodbye' }, () => undefined)).toMatch(
      /^\[-\].*said goodbye$/,
    );
  });

  test('programs get the event and the instance, and nothing else', () => {
    expect(Object.keys(browseEventToJson({ kind: 'removed', instance, lost: 'expired' }, false))).toEqual([
      'event',
      'instance',
    ]);
  });
});

describe('resolve', () => {
  const status = { ...ENDPOINT, state: 'ready' as const, active: 0, total: 0, failures: 0, bytesUp: 0, bytesDown: 0 };
  const second = { ...status, addresses: ['fd00::2'], instance: 'other', priority: 10, weight: 5, port: 2 };

  test('addresses, one a line', () => {
    expect(formatEndpoints('redis', [status, second], 'address', new Map())).toEqual([
      '10.99.0.1:12345',
      '[fd00::2]:2',
    ]);
  });

  test('SRV lines have the target where it is known, else the address', () => {
    const hosts = new Map([['redis on h1', 'h1-k3x9.local']]);
    expect(formatEndpoints('redis', [status, second], 'srv', hosts)).toEqual([
      '0 0 12345 h1-k3x9.local.',
      '10 5 2 fd00::2',
    ]);
  });

  test('variables for a shell, all together where there are several', () => {
    expect(formatEndpoints('my-api', [status], 'env', new Map())).toEqual([
      'MY_API_HOST=10.99.0.1',
      'MY_API_PORT=12345',
      'MY_API_ADDRESS=10.99.0.1:12345',
    ]);
    expect(formatEndpoints('3com', [status, second], 'env', new Map()).at(-1)).toBe(
      '_3COM_ADDRESSES=10.99.0.1:12345,[fd00::2]:2',
    );
    expect(formatEndpoints('redis', [], 'env', new Map())).toEqual([]);
  });
});
