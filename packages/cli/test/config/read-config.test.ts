import { expect, test } from 'vitest';
import { parseConfig, readConfig } from '../../src/config/read-config.ts';
import { CliError } from '../../src/exit/cli-error.ts';

function codeAndSentence(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof CliError) return `${error.exitCode} ${error.message}`;
    throw error;
  }
  return 'no error';
}

const GOOD = `
interface: [eth0, wlan0]
logLevel: debug
announce:
  - { service: redis, port: 12345, check: "http:/x", weight: 10, txt: { path: /api, beta: true } }
  - { service: api, host: "::1", port: 3000, relay: true }
proxy:
  - service: redis
    listen: 127.0.0.1:6379
    from: [mdns, "static:10.0.0.1:6379"]
    connectTimeout: 500ms
`;

test('services and their options are read with the line on which they stand', () => {
  const config = parseConfig('a.yaml', GOOD);
  expect(config.announce.map(({ service }) => service)).toEqual([
    { text: 'redis:12345', origin: 'a.yaml:5: service', exitCode: 78 },
    { text: 'api=[::1]:3000', origin: 'a.yaml:6: service', exitCode: 78 },
  ]);
  const [redis] = config.announce;
  expect(redis?.options.find('weight')).toEqual([{ text: '10', origin: 'a.yaml:5: weight', exitCode: 78 }]);
  expect(redis?.options.find('txt').map(({ text }) => text)).toEqual(['path=/api', 'beta']);
  expect(config.proxy[0]?.options.find('connect-timeout')).toEqual([
    { text: '500ms', origin: 'a.yaml:11: connectTimeout', exitCode: 78 },
  ]);
  expect(config.proxy[0]?.options.find('from').map(({ text }) => text)).toEqual(['mdns', 'static:10.0.0.1:6379']);
  expect(config.options.find('interface').map(({ text }) => text)).toEqual(['eth0', 'wlan0']);
  expect(config.options.find('balance')).toEqual([]);
});

test('JSON is read like YAML, and an empty file has no services', () => {
  expect(parseConfig('a.json', '{"proxy":[{"service":"redis"}]}').proxy[0]?.service.text).toBe('redis');
  expect(parseConfig('a.yaml', '# nothing\n')).toMatchObject({ announce: [], proxy: [] });
});

test('the mesh key file stands beside the file, unless its path is absolute', () => {
  const find = (keyFile: string): unknown =>
    parseConfig('/etc/amb/a.yaml', `mesh: { keyFile: ${keyFile} }\n`).options.find('mesh-key-file');
  expect(find('./mesh.key')).toEqual([
    { text: '/etc/amb/mesh.key', origin: '/etc/amb/a.yaml:1: mesh.keyFile', exitCode: 78 },
  ]);
  expect(find('/run/mesh.key')).toMatchObject([{ text: '/run/mesh.key' }]);
  expect(parseConfig('/etc/amb/a.yaml', 'proxy: []\n').options.find('mesh-key-file')).toEqual([]);
});

test.each([
  ['proxy: [unclosed\n', '78 a.yaml:'],
  ['proxy:\n\t- service: redis\n', '78 a.yaml:2'],
  ['proxy: []\nproxy: []\n', '78 a.yaml:2: '],
  ['proxy\n  - service: redis\n', '78 a.yaml:1: a ":" is missing, or the space after it, as in "service: redis"'],
  ['proxy:\n- service:redis\n  listen: x\n', '78 a.yaml:2: a ":" is missing, or the space after it'],
  ['proxy: []\nannounce\n', '78 a.yaml:2: a ":" is missing'],
  ['logLevel: a: b\n', '78 a.yaml:1: a second ": " is in one line'],
  ['prxoy: []\n', '78 a.yaml:1: "prxoy" is no key here; did you mean proxy?'],
  ['proxy:\n  - service: redis\n    ballance: p2c\n', '78 a.yaml:3: "ballance" is no key here; did you mean balance?'],
  [
    'announce:\n  - service: redis\n    frobnicate: 1\n',
    '78 a.yaml:3: "frobnicate" is no key here; the keys are service',
  ],
  ['announce:\n  service: redis\n', '78 a.yaml:2: announce: write a list of services'],
  ['announce:\n  - port: 80\n', '78 a.yaml:2: an entry without a service'],
  ['announce:\n  - redis:6379\n', '78 a.yaml:2: announce.0: write a map such as { service: redis, port: 6379 }'],
  ['proxy:\n  -\n', '78 a.yaml:2: proxy.0: write a map such as { service: redis'],
  ['announce:\n  - service: redis\n    relay: perhaps\n', '78 a.yaml:3: announce.0.relay: write true or false'],
  ['announce:\n  - service: redis\n    weight: [1]\n', '78 a.yaml:3: announce.0.weight: write a text or a number'],
  ['proxy:\n  - service: redis\n    from: { a: b }\n', '78 a.yaml:3: proxy.0.from: write a text, or a list of texts'],
  ['- redis\n', '78 a.yaml:1: the file must be a map'],
  ['redis\n', '78 a.yaml:1: the file must be a map'],
  ['a: &a [*a, *a]\n', '78 a.yaml:1: '],
  ['mesh: ./mesh.key\n', '78 a.yaml:1: mesh: write a map such as { keyFile: ./mesh.key }'],
  ['mesh: { keyfile: ./mesh.key }\n', '78 a.yaml:1: "keyfile" is no key here; did you mean keyFile?'],
  ['proxy: []\nadmin: { port: 9901 }\n', '78 a.yaml:2: admin: write a text or a number'],
  ['logConnections: sometimes\n', '78 a.yaml:1: logConnections: write true or false'],
  [
    'proxy:\n  - service: redis\n    credentials: { protocol: redis, password: hunter2 }\n',
    '78 a.yaml:3: password: secrets are read from files only',
  ],
  [
    'announce:\n  - service: redis\n    credentials:\n      protocol: redis\n      usernam: app\n',
    '78 a.yaml:5: "usernam" is no key here; did you mean username?',
  ],
])('%j: %s', (text, sentence) => {
  expect(codeAndSentence(() => parseConfig('a.yaml', text))).toContain(sentence);
});

test('letters of a code page of Windows are not taken for others', () => {
  const text = Buffer.from('announce:\n  - service: redis\n    name: B\u00fcro\n', 'latin1').toString('utf8');
  expect(codeAndSentence(() => parseConfig('a.yaml', text))).toBe(
    '78 a.yaml:3: a letter there is no UTF-8; save the file as UTF-8',
  );
});

test('a file that is missing or a directory is named', () => {
  expect(codeAndSentence(() => readConfig('/no/such/file.yaml'))).toBe(
    '66 --config: "/no/such/file.yaml" does not exist; write the path of a YAML or JSON file',
  );
  expect(codeAndSentence(() => readConfig('/'))).toContain('66 --config: "/" is a directory');
});

test('the file of a login stands beside the file that names it; a login in its place stays as it is, to be refused', () => {
  const find = (text: string): unknown =>
    parseConfig('/etc/amb/a.yaml', `registryLoginFile: ${text}\n`)
      .options.find('registry-login-file')
      .map((given) => given.text);
  expect(find('login')).toEqual(['/etc/amb/login']);
  expect(find('/run/secrets/login')).toEqual(['/run/secrets/login']);
  expect(find('me:secret')).toEqual(['me:secret']);
});
