import { describe, expect, test } from 'vitest';
import type { Container } from '../../src/docker/container.ts';
import { MAX_WANTED, type ReconcileContext, type Reconciled, reconcile } from '../../src/docker/reconcile.ts';
import { createContainer } from './fixtures.ts';

const CONTEXT: ReconcileContext = {
  leaving: new Set(),
  hostName: 'h1',
  isNear: (address) => address.startsWith('172.17.'),
};

function wish(labels: Readonly<Record<string, string>>, changes: Partial<Container> = {}): Reconciled {
  return reconcile([createContainer({ labels: new Map(Object.entries(labels)), ...changes })], CONTEXT);
}

function summarise({ wanted }: Reconciled): readonly string[] {
  return wanted.map(({ options: { service, port } }) => `${service} ${port}`);
}

const TWO_PORTS = [
  { privatePort: 8000, publicPort: 32_768, hostAddress: '0.0.0.0' },
  { privatePort: 9000, publicPort: 32_769, hostAddress: '0.0.0.0' },
];

test('a label is enough: the published port is announced, the check looks at the container itself', () => {
  const labels = {
    'ambassador.service': 'api',
    'ambassador.weight': '5',
    'ambassador.check': 'http:/health',
    'ambassador.meta.env': 'x',
  };
  const { wanted, faults } = wish(labels);
  expect(faults).toEqual([]);
  expect(wanted).toMatchObject([
    {
      containerId: 'c1',
      options: {
        service: 'api',
        instance: 'web on h1',
        type: '_api._tcp',
        port: 32_768,
        weight: 5,
        check: { kind: 'http', path: '/health' },
        checkAt: { address: '172.17.0.2', port: 8000 },
      },
    },
  ]);
  expect(new TextDecoder().decode(wanted[0]?.options.txt.get('env') as Uint8Array)).toBe('x');
});

test('nothing is announced that nobody asked for', () => {
  expect(wish({})).toEqual({ wanted: [], faults: [] });
  expect(wish({ 'ambassador.weight': '5' })).toEqual({ wanted: [], faults: [] });
});

describe('the name', () => {
  test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['after the image', { 'ambassador.enable': 'true' }, ['web 32768']],
    [
      'after the compose service',
      { 'ambassador.enable': 'true', 'com.docker.compose.service': 'shop' },
      ['shop 32768'],
    ],
    ['not when disabled', { 'ambassador.enable': 'false', 'ambassador.service': 'api' }, []],
    ['not when ignored', { 'ambassador.ignore': 'true', 'ambassador.service': 'api' }, []],
    ['by port', { 'ambassador.8000.service': 'api' }, ['api 32768']],
  ])('%s', (_, labels, expected) => {
    expect(summarise(wish(labels))).toEqual(expected);
  });

  test('several ports without names of their own carry their number, as with registrator', () => {
    expect(summarise(wish({ 'ambassador.service': 'api' }, { ports: TWO_PORTS }))).toEqual([
      'api-8000 32768',
      'api-9000 32769',
    ]);
  });

  test('of several ports only the named ones are announced when the whole has no name', () => {
    expect(summarise(wish({ 'ambassador.9000.service': 'api' }, { ports: TWO_PORTS }))).toEqual(['api 32769']);
  });

  test('a port is ignored by label', () => {
    const labels = { 'ambassador.service': 'api', 'ambassador.9000.ignore': 'true' };
    expect(summarise(wish(labels, { ports: TWO_PORTS }))).toEqual(['api 32768']);
  });
});

test("registrator's variables count, labels win over them", () => {
  const variables = new Map([
    ['SERVICE_8000_NAME', 'old'],
    ['SERVICE_TAGS', 'a,b'],
  ]);
  const { wanted } = wish({}, { variables });
  expect(wanted).toMatchObject([{ options: { service: 'old' } }]);
  expect(new TextDecoder().decode(wanted[0]?.options.txt.get('tags') as Uint8Array)).toBe('a,b');
  expect(summarise(wish({ 'ambassador.8000.service': 'new' }, { variables }))).toEqual(['new 32768']);
  expect(summarise(wish({}, { variables: new Map([...variables, ['SERVICE_IGNORE', 'yes please']]) }))).toEqual([]);
});

describe('what is not announced', () => {
  const labels = { 'ambassador.service': 'api' };
  test.each<[string, Partial<Container>]>([
    ['paused', { state: 'paused' }],
    ['starting', { health: 'starting' }],
    ['unhealthy', { health: 'unhealthy' }],
  ])('%s', (_, changes) => {
    expect(wish(labels, changes)).toEqual({ wanted: [], faults: [] });
  });

  test('who was told to end', () => {
    const containers = [createContainer({ labels: new Map(Object.entries(labels)) })];
    expect(reconcile(containers, { ...CONTEXT, leaving: new Set(['c1']) }).wanted).toEqual([]);
  });
});

describe('what can not be done is said', () => {
  test.each<[string, Readonly<Record<string, string>>, Partial<Container>, RegExp]>([
    ['nothing published', { 'ambassador.service': 'api' }, { ports: [] }, /none of its TCP ports is published/],
    ['another port', { 'ambassador.1.service': 'api' }, {}, /TCP port 1 is not published/],
    [
      'loopback',
      { 'ambassador.service': 'api' },
      { ports: [{ privatePort: 8000, publicPort: 1, hostAddress: '127.0.0.1' }] },
      /loopback only/,
    ],
    [
      "the host's network and no port",
      { 'ambassador.service': 'api' },
      { isOnHostNetwork: true, ports: [], exposedPorts: [] },
      /write label ambassador\.PORT\.service=NAME/,
    ],
    [
      "another's network that publishes nothing",
      { 'ambassador.service': 'api' },
      { sharesNetworkOf: 'vpn', ports: [] },
      /published by the container whose network it shares; publish it there/,
    ],
    ['a bad name', { 'ambassador.service': 'my_api' }, {}, /"my_api" is no service name/],
    ['a command', { 'ambassador.service': 'api', 'ambassador.check': 'exec:reboot' }, {}, /runs no commands/],
    ['a bad weight', { 'ambassador.service': 'api', 'ambassador.weight': '-1' }, {}, /write a number from 0 to 65535/],
    ['an unknown label', { 'ambassador.service': 'api', 'ambassador.wait': '1' }, {}, /ambassador\.wait is none/],
  ])('%s', (_, labels, changes, reason) => {
    const { faults } = wish(labels, changes);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ container: 'web', reason: expect.stringMatching(reason) });
  });
});

test.each<[string, readonly (readonly [publicPort: number, hostAddress: string])[], number, string | undefined]>([
  [
    'both',
    [
      [80, '0.0.0.0'],
      [80, '::'],
    ],
    80,
    undefined,
  ],
  ['IPv6', [[80, '::']], 80, 'IPv6'],
  ['IPv4', [[80, '0.0.0.0']], 80, 'IPv4'],
  [
    'both at ports of their own',
    [
      [80, '0.0.0.0'],
      [81, '::'],
    ],
    80,
    'IPv4',
  ],
  [
    'IPv4, and IPv6 on loopback',
    [
      [80, '0.0.0.0'],
      [80, '::1'],
    ],
    80,
    'IPv4',
  ],
  ['one address of IPv6', [[80, '2001:db8::1']], 80, 'IPv6'],
  [
    'one address of each',
    [
      [80, '10.99.0.1'],
      [80, '2001:db8::1'],
    ],
    80,
    undefined,
  ],
])('published on %s, it is announced in the family in which it is reached', (_, published, port, family) => {
  const ports = published.map(([publicPort, hostAddress]) => ({ privatePort: 8000, publicPort, hostAddress }));
  const { wanted, faults } = wish({ 'ambassador.service': 'api' }, { ports });
  expect(faults).toEqual([]);
  expect(wanted).toHaveLength(1);
  expect(wanted[0]?.options.port).toBe(port);
  expect(wanted[0]?.options.family).toBe(family);
});

test('published on one address of the host, it is announced on that one', () => {
  const ports = [{ privatePort: 8000, publicPort: 80, hostAddress: '10.99.0.1' }];
  expect(wish({ 'ambassador.service': 'api' }, { ports }).wanted).toMatchObject([
    { options: { host: '10.99.0.1', port: 80 } },
  ]);
});

test("on the host's network the named port is the host's, and checked there", () => {
  const { wanted } = wish({ 'ambassador.7000.service': 'api' }, { isOnHostNetwork: true, ports: [], exposedPorts: [] });
  expect(wanted).toMatchObject([{ options: { port: 7000 } }]);
  expect(wanted[0]?.options.family).toBeUndefined();
  expect(wanted[0]?.options.checkAt).toBeUndefined();
});

test("one that shares another container's network is announced at the ports of that one, and checked there", () => {
  const ports = [{ privatePort: 8106, publicPort: 18_106, hostAddress: '0.0.0.0' }];
  const vpn = createContainer({ id: 'v1', name: 'vpn', ports, addresses: ['172.17.0.9'] });
  const labels = new Map([['ambassador.service', 'api']]);
  for (const sharesNetworkOf of ['v1', 'vpn']) {
    const app = createContainer({ id: 'a1', name: 'app', labels, sharesNetworkOf, ports: [], addresses: [] });
    const { wanted, faults } = reconcile([app, vpn], CONTEXT);
    expect(faults).toEqual([]);
    expect(wanted).toMatchObject([
      { containerId: 'a1', options: { service: 'api', port: 18_106, checkAt: { address: '172.17.0.9', port: 8106 } } },
    ]);
  }
});

test('a container in a network that this host is not in is checked at its published port', () => {
  const { wanted } = wish({ 'ambassador.service': 'api' }, { addresses: ['10.0.1.5'] });
  expect(wanted[0]?.options.checkAt).toBeUndefined();
});

test('there is a bound, and it is told', () => {
  const labels = new Map([['ambassador.service', 'api']]);
  const many = Array.from({ length: MAX_WANTED + 1 }, (_, index) => createContainer({ id: `c${index}`, labels }));
  const { wanted, faults } = reconcile(many, CONTEXT);
  expect(wanted).toHaveLength(MAX_WANTED);
  expect(faults).toHaveLength(1);
});

test.each<[Readonly<Record<string, string>>, string | undefined, string | undefined]>([
  [{ 'ambassador.service': 'web' }, 'web', undefined],
  [{ 'ambassador.service': 'api' }, undefined, undefined],
  [{ 'ambassador.service': 'web', 'ambassador.alias': 'shop' }, 'shop', undefined],
  [{ 'ambassador.8000.service': 'api', 'ambassador.8000.alias': 'shop' }, 'shop', undefined],
  [{ 'ambassador.service': 'web', 'ambassador.alias': 'none' }, undefined, undefined],
  [
    { 'ambassador.service': 'web', 'ambassador.alias': 'a b' },
    'web',
    'label ambassador.alias is "a b"; write one word of a-z, 0-9 and -, such as web for web.local, or none',
  ],
])('with %j the machine is called %s, too', (labels, alias, fault) => {
  const { wanted, faults } = wish(labels);
  expect(wanted.map(({ options }) => options.alias)).toEqual([alias]);
  expect(faults.map(({ reason }) => reason)).toEqual(fault === undefined ? [] : [fault]);
});
