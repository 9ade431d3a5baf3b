import { expect, test } from 'vitest';
import { describePlan, planToJson } from '../../src/commands/up/plan-lines.ts';
import { parseConfig } from '../../src/config/read-config.ts';
import { CliError } from '../../src/exit/cli-error.ts';
import { type FilePlan, listChangedKeys, readFilePlan } from '../../src/requests/file-plan.ts';
import { Settings } from '../../src/settings/settings.ts';

const MACHINE = { hostName: 'h1.example', platform: 'linux', env: {} } as const;

function plan(text: string): FilePlan {
  return readFilePlan('a.yaml', parseConfig('a.yaml', text), new Settings([]), MACHINE);
}

function sentenceOf(text: string): string {
  try {
    plan(text);
  } catch (error) {
    if (error instanceof CliError) return `${error.exitCode} ${error.message}`;
    throw error;
  }
  return 'no error';
}

const FILE = `
admin: 127.0.0.1:9901
announce:
  - { service: redis, port: 12345, check: redis, weight: 10 }
  - { service: api, host: 127.0.0.1, port: 3000, check: none, relay: true }
proxy:
  - service: postgres
    listen: 127.0.0.1:15432
    from: [mdns, "static:10.0.0.1:5432"]
    merge: fallback
    balance: first
`;

test('a file becomes a plan, and the plan a few lines', () => {
  expect(describePlan(plan(FILE))).toEqual([
    'announce redis as "redis on h1" (_redis._tcp): port 12345, checked by redis every 2s',
    'announce api as "api on h1" (_api._tcp): 127.0.0.1:3000, unchecked, relayed',
    'proxy postgres: listen on 127.0.0.1:15432, from mdns and static (fallback), first',
    'admin on 127.0.0.1:9901',
  ]);
  expect(planToJson(plan(FILE))).toMatchObject({ proxy: [{ service: 'postgres' }], admin: '127.0.0.1:9901' });
});

test('two readings of one text are the same plan', () => {
  expect(plan(FILE)).toEqual(plan(`# a remark\n${FILE}`));
});

test('what is read at the start alone is told apart', () => {
  const changed = plan(FILE.replace('9901', '9902').replace('admin', 'logLevel: debug\nadmin'));
  expect(listChangedKeys(plan(FILE), changed)).toEqual(['admin', 'logLevel']);
  expect(listChangedKeys(plan(FILE), plan(`${FILE}peer: [10.0.0.5]\npeerPort: 5351\n`))).toEqual(['peer', 'peerPort']);
  expect(listChangedKeys(plan(FILE), plan(FILE))).toEqual([]);
});

const PROXY = 'proxy:\n  - service: redis\n';
const ANNOUNCE = 'announce:\n  - service: redis\n';

test.each<[string, string]>([
  ['', '78 a.yaml:1: nothing to do; write services under announce: or proxy:'],
  ['proxy: [unclosed\n', '78 a.yaml:'],
  ['- redis\n', '78 a.yaml:1: the file must be a map with keys such as announce and proxy'],
  [`${PROXY}anounce: []\n`, '78 a.yaml:3: "anounce" is no key here; did you mean announce?'],
  [`${PROXY}    listn: 127.0.0.1:1\n`, '78 a.yaml:3: "listn" is no key here; did you mean listen?'],
  ['proxy:\n  service: redis\n', '78 a.yaml:2: proxy: write a list of services, each with a leading "-"'],
  ['proxy:\n  - listen: 127.0.0.1:1\n', '78 a.yaml:2: an entry without a service; write service: NAME'],
  [`${PROXY}    listen: 6379\n`, '78 a.yaml:3: listen: "6379" is no address with a port; write ADDRESS:PORT'],
  [
    `${PROXY}    listen: 0.0.0.0:6379\n`,
    '77 a.yaml:3: listen: 0.0.0.0:6379 accepts connections from other machines; add allowRemote: true',
  ],
  [
    `${PROXY}    port: 99999\n`,
    '78 a.yaml:2: service: "99999" in "redis:99999" is no port; write a number from 0 to 65535',
  ],
  [`${PROXY}    balance: fair\n`, '78 a.yaml:3: balance: "fair" is not known; write one of p2c'],
  [
    `${PROXY}    from: [mdns, statik:10.0.0.1:1]\n`,
    '78 a.yaml:3: from: "statik:10.0.0.1:1" is no source; did you mean static?',
  ],
  [
    `${PROXY}    connectTimeout: soon\n`,
    '78 a.yaml:3: connectTimeout: "soon" is no duration; write a number with its unit',
  ],
  [`${PROXY}    where: { }\n    allowCidr: 10.0.0.0/99\n`, '78 a.yaml:4: allowCidr: "10.0.0.0/99"'],
  [`${PROXY}    allowRemote: perhaps\n`, '78 a.yaml:3: proxy.0.allowRemote: write true or false'],
  [
    'proxy:\n  - service: no-such-thing\n',
    '78 a.yaml:2: service: "no-such-thing" has no well-known port; write it as in no-such-thing:8000',
  ],
  ['proxy:\n  - service: re_dis\n', '78 a.yaml:2: service: "re_dis" is no service name; write 1 to 15 letters'],
  [
    'proxy:\n  - { service: a, listen: "127.0.0.1:8" }\n  - { service: b, listen: "127.0.0.1:8" }\n',
    '78 a.yaml:3: listen: 127.0.0.1:8 is taken by a already; write another listen or port',
  ],
  [`${PROXY}  - service: redis\n`, '78 a.yaml:3: service: "redis" is named twice; name it once'],
  [`${ANNOUNCE}    weight: heavy\n`, '78 a.yaml:3: weight: "heavy" is no whole number; write one from 0 to 65535'],
  [`${ANNOUNCE}    check: tpc\n`, '78 a.yaml:3: check: "tpc" is no check; did you mean tcp?'],
  [`${ANNOUNCE}    txt: { id: 3 }\n`, '78 a.yaml:3: txt: "id" is written by ambassador itself'],
  [
    `${ANNOUNCE}    name: x\n  - { service: api, port: 1, type: redis, name: x }\n`,
    '78 a.yaml:4: name: the name "x" of _redis._tcp is taken by redis already; write another name',
  ],
  [`${ANNOUNCE}    to: consul:a\n`, '78 a.yaml:3: to: "consul:a" is nowhere to announce; write mdns,'],
  [
    'announce:\n  - { service: redis, to: "etcd:http://a/s" }\n  - { service: api, port: 1, to: [mdns, "etcd:http://a/s"] }\n',
    '78 a.yaml:3: to: redis and api would stand in one folder, /s; write {service} into its path',
  ],
  ['agent: { socktMode: "0660" }\n', '78 a.yaml:1: "socktMode" is no key here; did you mean socketMode?'],
  ['agent: true\n', '78 a.yaml:1: agent: write a map, {} for its usual place'],
  ['agent: { socketMode: rw }\n', '78 a.yaml:1: socketMode: "rw" is no mode'],
  ['agent: {}\nmesh: { keyFile: k }\n', '77 a.yaml:2: mesh.keyFile: an agent tells what it hears, also of strangers'],
  [
    'docker: true\nmesh: { keyFile: k }\n',
    '77 --docker: containers are announced in the open, and a mesh key is given',
  ],
  ['docker: maybe\n', '78 a.yaml:1: docker: write true or false'],
  [`${PROXY}admin: 0.0.0.0:9901\n`, '77 a.yaml:3: admin: 0.0.0.0:9901 accepts connections from other machines'],
  [`${PROXY}logLevel: loud\n`, '78 a.yaml:3: logLevel: "loud" is not known; write one of trace'],
  [`${PROXY}mesh: { keyFil: x }\n`, '78 a.yaml:3: "keyFil" is no key here; did you mean keyFile?'],
])('%j: %s', (text, sentence) => {
  expect(sentenceOf(text)).toContain(sentence);
});

test('a service is announced through the responder that its entry names, else through ours', () => {
  const { announce } = plan('announce:\n  - { service: redis, responder: avahi }\n  - { service: api, port: 3000 }');
  expect(announce.map(({ responder }) => responder)).toEqual(['avahi', 'native']);
});

const CONTAINERS = `
docker: true
dockerSocket: /run/docker.sock
responder: avahi
agent: { socket: /run/a.sock, socketMode: "0660", allowCidr: 10.0.0.0/8 }
announce:
  - { service: redis, responder: native }
`;

test('containers are announced, and told what is on the network, as announce and agent do', () => {
  expect(plan(CONTAINERS)).toMatchObject({
    announce: [{ service: 'redis', responder: 'native' }],
    docker: [{ address: { kind: 'socket', path: '/run/docker.sock' }, responder: 'avahi' }],
    agent: [{ at: { kind: 'unix', path: '/run/a.sock' }, mode: 0o660, allowed: [{}] }],
  });
  expect(describePlan(plan(CONTAINERS))).toEqual([
    'announce redis as "redis on h1" (_redis._tcp): port 6379, checked by redis every 2s',
    'announce the containers of this host, from /run/docker.sock, through avahi',
    'tell containers what is on the network at /run/a.sock',
  ]);
  expect(planToJson(plan(CONTAINERS))).toMatchObject({ docker: true, agent: ['/run/a.sock'] });
  expect(plan('agent: {}\n')).toMatchObject({ announce: [], proxy: [], docker: [], agent: [{ mode: 0o666 }] });
});

test('an agent that comes or goes is told to take effect at the next start; one that changes is not', () => {
  const without = plan(CONTAINERS.replace(/agent:.*\n/, ''));
  expect(listChangedKeys(without, plan(CONTAINERS))).toEqual(['agent']);
  expect(listChangedKeys(plan(CONTAINERS.replace('a.sock', 'b.sock')), plan(CONTAINERS))).toEqual([]);
});

test('a service is announced where its entry says, else where the file says for all, else over mDNS', () => {
  const placesOf = (text: string): readonly unknown[] => plan(text).announce.map(({ targets }) => targets);
  const mdns = { isMdns: true, registries: [] };
  const etcd = { kind: 'etcd', servers: ['http://10.0.0.1:2379'], prefix: '/s/{service}' };
  const both = `
to: [mdns, "etcd:http://10.0.0.1:2379/s/{service}"]
announce:
  - service: redis
  - { service: api, port: 3000, to: mdns }
  - { service: web, port: 3001, to: "zookeeper:10.0.0.2/web" }
`;
  expect(placesOf(both)).toEqual([
    { isMdns: true, registries: [etcd] },
    mdns,
    { isMdns: false, registries: [expect.objectContaining({ kind: 'zookeeper', path: '/web' })] },
  ]);
  expect(placesOf(ANNOUNCE)).toEqual([mdns]);
  expect(describePlan(plan(both))).toEqual([
    'announce redis as "redis on h1" (_redis._tcp): port 6379, checked by redis every 2s, to mdns and etcd:http://10.0.0.1:2379/s/{service}',
    'announce api as "api on h1" (_api._tcp): port 3000, checked by tcp every 2s',
    'announce web as "web on h1" (_http._tcp): port 3001, checked by tcp every 2s, to zookeeper:10.0.0.2:2181/web',
  ]);
  expect(planToJson(plan(both))).toMatchObject({
    announce: [{ to: ['mdns', 'etcd:http://10.0.0.1:2379/s/{service}'] }, { to: ['mdns'] }, {}],
  });
});

const TWO_OF_ONE_PORT = `dns: {}
proxy:
  - { service: a, port: 5432 }
  - { service: b, port: 5432 }
  - { service: c, listen: "127.0.0.1:5432" }
`;

test('with dns each service has its port on a loopback address of its own, where it does not say otherwise', () => {
  expect(describePlan(plan(TWO_OF_ONE_PORT))).toEqual([
    'proxy a: listen on 127.87.216.221:5432, from mdns, p2c',
    'proxy b: listen on 127.93.233.184:5432, from mdns, p2c',
    'proxy c: listen on 127.0.0.1:5432, from mdns, p2c',
    'answer DNS for ambassador.internal on 127.0.0.1:5355',
  ]);
  expect(planToJson(plan(TWO_OF_ONE_PORT))).toMatchObject({
    dns: [{ domain: 'ambassador.internal', listen: ['127.0.0.1:5355'] }],
  });
  expect(sentenceOf(TWO_OF_ONE_PORT.replace('dns: {}', ''))).toContain('127.0.0.1:5432 is taken by');
});

test('dns alone is something to do, and is refused where it may not be', () => {
  expect(describePlan(plan('dns: { listen: "127.0.0.1:53", domain: Home.Internal }\n'))).toEqual([
    'answer DNS for home.internal on 127.0.0.1:53',
  ]);
  expect(sentenceOf('dns: { domain: x.local }\n')).toMatch(/^78 .*a\.yaml:1: domain: "x\.local" is under local/);
  expect(sentenceOf('dns: { listen: "0.0.0.0:53" }\n')).toMatch(/^77 .*add allowRemote: true/);
  expect(sentenceOf('dns: { listen: "unix:/run/x" }\n')).toMatch(/^78 .*is a path, where no resolver asks/);
  expect(sentenceOf('dns: { lisen: "127.0.0.1:53" }\n')).toMatch(/^78 .*did you mean listen\?/);
});

test('a page has a name in .local, another where its entry says one, and none where it says so', () => {
  const entries = [
    'service: web, port: 1',
    'service: web, port: 2, name: b, alias: shop',
    'service: http, port: 3, noAlias: true',
  ];
  const written = plan(`announce:\n${entries.map((entry) => `  - { ${entry} }\n`).join('')}`);
  expect(written.announce.map(({ alias }) => alias)).toEqual(['web', 'shop', undefined]);
  expect(describePlan(written)[1]).toBe(
    'announce web as "b" (_http._tcp): port 2, checked by tcp every 2s, as shop.local',
  );
  expect(planToJson(written)).toMatchObject({ announce: [{ alias: 'web.local' }, { alias: 'shop.local' }, {}] });
});
