import { expect, test } from 'vitest';
import { parseConfigDocument } from '../../src/config/config-document.ts';
import { CliError } from '../../src/exit/cli-error.ts';
import { readAnnouncerInjection, readProxyInjection } from '../../src/requests/injection-request.ts';
import type { ServiceRequest } from '../../src/requests/service-requests.ts';
import { readOrigins } from '../../src/requests/source-request.ts';
import { type Given, Settings } from '../../src/settings/settings.ts';

const PLAIN = 'protocol: redis\npasswordFile: /pw\n';
const WITH_TLS = `${PLAIN}tls: true\nserverName: db.example\n`;

function request(
  credentials: string | undefined,
  options: Readonly<Record<string, readonly string[]>>,
): ServiceRequest {
  const given = (text: string, name: string): Given => ({ text, origin: `--${name}`, exitCode: 64 });
  const settings = new Settings([{ find: (name) => (options[name] ?? []).map((text) => given(text, name)) }]);
  const service = given('redis', 'service');
  if (credentials === undefined) return { service, settings };
  const document = parseConfigDocument('c.yaml', credentials);
  return {
    service,
    settings,
    credentials: { document, path: [], value: document.value, service: 'redis' },
  };
}

function judge(credentials: string | undefined, options: Readonly<Record<string, readonly string[]>>): string {
  const written = request(credentials, options);
  try {
    const injection = readProxyInjection(written, 'redis', readOrigins(written.settings));
    return injection === undefined ? 'nothing' : 'injected';
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return `${error.exitCode}`;
  }
}

test.each([
  [[], '77'],
  [['mdns'], '77'],
  [['agent:/run/ambassador/agent.sock'], '77'],
  [['static:127.0.0.1:6379', 'mdns'], '77'],
  [['static:127.0.0.1:6379'], 'injected'],
  [['static:[::1]:6379'], 'injected'],
  [['static:localhost:6379'], 'injected'],
  [['static:127.0.0.1:6379,10.0.0.1:6379'], '77'],
  [['static:db.example:6379'], '77'],
  [['dns:db.example:6379'], '77'],
  [['dns:localhost:6379'], 'injected'],
  [['srv:_redis._tcp.example.com'], '77'],
  [['file:/etc/redis.yaml'], 'injected'],
  [['zookeeper:10.0.0.1:2181/redis'], '77'],
  [['etcd:http://127.0.0.1:2379/redis'], '77'],
] as const)('from %j in open mode: %s', (from, outcome) => {
  expect(judge(PLAIN, { from })).toBe(outcome);
});

test.each([['mdns'], ['static:10.0.0.1:6379'], ['srv:_redis._tcp.example.com']])(
  'a mesh key or verified TLS proves an endpoint from %s',
  (source) => {
    expect(judge(PLAIN, { from: [source], 'mesh-key-file': ['/k'] })).toBe('injected');
    expect(judge(WITH_TLS, { from: [source] })).toBe('injected');
  },
);

test.each([
  ['static:10.0.0.1:6379', 'injected'],
  ['dns:db.example:6379', 'injected'],
  ['srv:_redis._tcp.example.com', 'injected'],
  ['mdns', '77'],
  ['zookeeper:10.0.0.1:2181/redis', '77'],
  ['etcd:http://10.0.0.1:2379/redis', '77'],
])('--insecure-inject with %s: %s', (source, outcome) => {
  expect(judge(PLAIN, { from: [source], 'insecure-inject': ['true'] })).toBe(outcome);
});

test('without credentials nothing is asked, and the flag is of no use', () => {
  expect(judge(undefined, {})).toBe('nothing');
  expect(judge(undefined, { 'insecure-inject': ['true'] })).toBe('64');
});

test('an announcer injects for members of a mesh alone', () => {
  expect(readAnnouncerInjection(request(undefined, {}), 'redis', undefined)).toBeUndefined();
  expect(readAnnouncerInjection(request(PLAIN, { 'mesh-key-file': ['/k'] }), 'redis', undefined)).toMatchObject({
    protocol: 'redis',
  });
  for (const credentials of [PLAIN, WITH_TLS]) {
    expect(() => readAnnouncerInjection(request(credentials, {}), 'redis', undefined)).toThrow(
      expect.objectContaining({ exitCode: 77, message: expect.stringContaining('mesh key') }),
    );
  }
});

test("an announcer tells another machine's service the secret only where that proves itself", () => {
  const withKey = { 'mesh-key-file': ['/k'] };
  for (const host of ['127.0.0.1', 'localhost', '::1']) {
    expect(readAnnouncerInjection(request(PLAIN, withKey), 'redis', host)).toBeDefined();
  }
  expect(readAnnouncerInjection(request(WITH_TLS, withKey), 'redis', '10.0.0.5')).toBeDefined();
  for (const host of ['10.0.0.5', 'db.example']) {
    expect(() => readAnnouncerInjection(request(PLAIN, withKey), 'redis', host)).toThrow(
      expect.objectContaining({ exitCode: 77, message: expect.stringContaining(`redis at ${host} proves nothing`) }),
    );
  }
});
