import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { CliError } from '../../src/exit/cli-error.ts';
import { createPrinter } from '../../src/output/printer.ts';
import { UncaughtErrors } from '../../src/process/uncaught-errors.ts';
import { runProgram } from '../../src/program/program.ts';

/** A mistake that is let through must not reach the network of whoever runs the tests. */
vi.mock(import('../../src/network/local-network.ts'), async (importOriginal) => {
  const refuse = (): never => {
    throw new Error('the network was reached');
  };
  return { ...(await importOriginal()), createLocalNetwork: refuse, createLoggedNetwork: refuse };
});

/** The exit code and the sentence that ends the command, or what it printed. Only for what ends before any network is touched. */
async function run(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const printed: string[] = [];
  const printer = createPrinter({ write: (text) => printed.push(text) > 0 }, {});
  try {
    const code = await runProgram(argv, {
      env: { XDG_CONFIG_HOME: '/nowhere', ...env },
      platform: 'linux',
      version: '1.2.3',
      pid: 2,
      stdout: printer,
      stderr: printer,
      isOnTerminal: false,
      logStream: new PassThrough(),
      keyboard: undefined,
      faults: new UncaughtErrors(),
      shutdown: {
        signal: new AbortController().signal,
        delegate: () => undefined,
        onHangup: () => undefined,
        request: () => undefined,
        close: () => undefined,
      },
    });
    return `${code} ${printed.join('')}`;
  } catch (error) {
    if (error instanceof CliError) return `${error.exitCode} ${error.message}`;
    throw error;
  }
}

test.each<[string, string]>([
  ['', '64 no command is given; write one of announce, proxy'],
  ['anounce redis', '64 "anounce" is no command; did you mean announce?'],
  ['frobnicate', '64 "frobnicate" is no command; write one of announce, proxy'],
  ['--frob', '64 --frob stands before the command'],
  ['announce', '64 announce has nothing to do; name a service, such as ambassador announce redis'],
  ['service', '64 service does nothing by itself; write ambassador service install|uninstall|status'],
  ['service start', '64 service start is not understood; write ambassador service install|uninstall|status'],
  ['service install --user --system', '64 --user and --system: write one of them'],
  ['service status --dry-run', '64 --dry-run goes with service install and service uninstall; leave it out'],
  ['service install --interface eth0', '64 --interface is not handed on to the service; write it in its file'],
  ['service install --user', '66 there is no /nowhere/ambassador/ambassador.yaml; write one (ambassador up --help)'],
  ['up', '66 there is no ambassador.yaml in this folder, and neither /nowhere/ambassador/ambassador.yaml nor /etc'],
  ['announce re_dis', '64 SERVICE: "re_dis" is no service name'],
  ['announce redis:99999', '64 SERVICE: "99999" in "redis:99999" is no port; write a number from 1 to 65535'],
  ['proxy redsi', '64 SERVICE: "redsi" has no well-known port; did you mean redis? Else write it as in redsi:8000'],
  ['announce no-such-thing', '64 SERVICE: "no-such-thing" has no well-known port; write it as in no-such-thing:8000'],
  [
    'announce web:8000 npm start',
    '64 SERVICE: "npm" has no well-known port; write it as in npm:8000; a command is written behind --, in PowerShell "--"',
  ],
  [
    'announce web:8000 python3 -m http.server',
    '64 -m is no option of ambassador announce; ambassador announce --help lists them; a command is written behind --, in PowerShell "--"',
  ],
  ['announce redis redis', '64 SERVICE: "redis" is named twice'],
  ['announce redis api:80 --name x', '64 --name fits one service, and 2 are named'],
  ['announce redis --type _x', '64 --type: "_x" is no service type'],
  ['announce redis --txt =a', '64 --txt: "=a" has no key'],
  ['announce redis --txt id=3', '64 --txt: "id" is written by ambassador itself'],
  ['announce redis --check tpc', '64 --check: "tpc" is no check; did you mean tcp?'],
  ['announce redis --check-interval 5x', '64 --check-interval: "5x" is no duration'],
  ['announce redis --weight -1', '64 --weight: "-1" is out of range; write a whole number from 0 to 65535'],
  ['announce redis --ttl 1h', '64 --ttl: "1h" is no whole number; write one from 1 to 2147483647'],
  ['announce redis --priority 70000', '64 --priority: "70000" is out of range'],
  [
    'announce redis --responder bind',
    '64 --responder: "bind" is not known; write one of native, avahi, bonjour-service',
  ],
  ['announce redis --responder avahi --weight 3', '64 --weight: "3" can\'t be announced through avahi'],
  ['announce redis --', '64 nothing follows "--"'],
  ['announce redis --json=maybe', '64 --json: "maybe" is neither true nor false'],
  ['proxy redis --balence first', '64 --balence is no option of ambassador proxy; did you mean --balance?'],
  ['proxy redis --balance fair', '64 --balance: "fair" is not known; write one of p2c'],
  [
    'proxy redis --listen 6379',
    '64 --listen: "6379" is no address with a port; write ADDRESS:PORT, such as 127.0.0.1:6379 or localhost:6379',
  ],
  [
    'proxy redis --listen 0.0.0.0:6379',
    '77 --listen: 0.0.0.0:6379 accepts connections from other machines; add --allow-remote',
  ],
  [
    'proxy redis --dns --allow-remote --dns-listen 0.0.0.0:53',
    '77 --dns-listen: 0.0.0.0:53 answers other machines; add dns: { allowRemote: true } to the file of --config if that is meant',
  ],
  ['dns --listen 0.0.0.0:53', '77 --listen: 0.0.0.0:53 answers other machines; add --allow-remote if that is meant'],
  ['proxy redis:1 --listen 127.0.0.1:6379', '64 "redis:1" and --listen both say where to listen'],
  ['proxy redis api:6379', '64 SERVICE: 127.0.0.1:6379 is taken by redis already; write another listen or port'],
  ['proxy redis api:80 --listen 127.0.0.1:6379', '64 --listen fits one service'],
  ['proxy redis --from carrier-pigeon', '64 --from: "carrier-pigeon" is no source'],
  ['proxy redis --where env', '64 --where: "env" is no filter'],
  ['proxy redis --allow-cidr 10.0.0.0/40', '64 --allow-cidr: "10.0.0.0/40"'],
  ['proxy redis --connect-timeout', '64 --connect-timeout has no value'],
  ['proxy redis --log-level loud', '64 --log-level: "loud" is not known'],
  ['proxy redis --config /no/such/file', '66 --config: "/no/such/file" does not exist'],
  ['proxy redis -- ls', '64 "--" goes with announce and run alone'],
  ['resolve', '64 resolve which service?'],
  ['resolve redis api', '64 resolve takes one service, and redis, api are named'],
  ['resolve redis --format xml', '64 --format: "xml" is not known; write one of address, env, srv'],
  ['render', '64 render what? Write haproxy, nginx, env'],
  ['render squid redis', '64 render: "squid" is not known; write one of haproxy, nginx, env'],
  ['render haproxy', '64 render haproxy has nothing to do; name a service'],
  ['render haproxy redis redis:1', '64 SERVICE: "redis" is named twice'],
  ['render haproxy redis --reload true', '64 --reload goes with a file; write it as -o FILE'],
  ['render env redis --fragment', '64 --fragment goes with nginx alone'],
  ['render nginx redis --listen unix:/a;b', '64 --listen: "/a;b" can\'t stand in the file as it is'],
  ['render nginx redis --listen 0.0.0.0:1', '77 --listen: 0.0.0.0:1 accepts connections from other machines'],
  ['render nginx redis -x', '64 -x is no option of ambassador render'],
  ['up redis', '64 up takes no services, and "redis" is one'],
  ['up --config /no/such/file', '66 --config: "/no/such/file" does not exist'],
  ['list redis api', '64 list takes one service or none, and redis, api are named'],
  ['list --timeout -3s', '64 --timeout: "-3s" is no duration'],
  ['doctor a b', '64 doctor takes one machine or none, and a, b are named; name one'],
  ['doctor a/b', '64 HOST: "a/b" is no peer; write HOST or HOST:PORT'],
  [
    'doctor fe80::2',
    '64 HOST: "fe80::2" is another machine on each link; write its interface behind it, as in fe80::2%eth0',
  ],
  ['doctor a --self-test', '64 --self-test looks at this machine alone, and "a" is named; leave one out'],
  ['demo now', '64 demo takes no words, and "now" is one'],
  ['completion tcsh', '64 completion: "tcsh" is not known; write one of bash, zsh, fish'],
])('ambassador %s: %s', async (line, sentence) => {
  expect(await run(line.split(' ').filter((word) => word !== ''))).toContain(sentence);
});

test.each([
  ['--help', /^0 ambassador COMMAND: .*\n\nCommands:\n {2}ambassador announce {4}Tell .*(.*\n)+ {4}-?.*--version/],
  ['-h', /^0 ambassador COMMAND: /],
  ['help', /^0 ambassador COMMAND: /],
  ['help proxy', /^0 ambassador proxy SERVICE/],
  [
    'proxy redis --help',
    /^0 ambassador proxy SERVICE.*\n\n(.*\n)+Options:\n(.*\n)+Common options:\n(.*\n)+Examples:\n/,
  ],
  ['--help proxy', /^0 ambassador COMMAND: /],
  ['--log-level debug proxy --help', /^0 ambassador proxy SERVICE/],
  ['--version', /^0 1\.2\.3\n$/],
  ['list --version', /^0 1\.2\.3\n$/],
])('ambassador %s', async (line, expected) => {
  expect(await run(line.split(' '))).toMatch(expected);
});

test.each([
  ['--open list a b', '64 list takes one service or none, and a, b are named'],
  ['--log-level=debug list a b', '64 list takes one service or none, and a, b are named'],
  ['completion -- --help', '64 "--" goes with announce and run alone'],
])('ambassador %s: %s', async (line, sentence) => {
  expect(await run(line.split(' '))).toContain(sentence);
});

test('a wrong variable is told by its name', async () => {
  expect(await run(['resolve', 'redis'], { AMBASSADOR_FORMAT: 'xml' })).toMatch(/^64 AMBASSADOR_FORMAT: "xml"/);
});

test('completion answers with the candidates, one a line', async () => {
  expect(await run(['__complete', 'bash', 'pr'])).toBe('0 proxy\n');
  expect(await run(['completion', 'bash'])).toContain('0 _ambassador()');
});

test.each([
  [
    'announce redis --mesh-key a.key',
    '64 --mesh-key is no option of ambassador announce; did you mean --mesh-key-file?',
  ],
  ['announce redis --keyfile a.key', '64 --keyfile is no option of ambassador announce; did you mean --mesh-key-file?'],
  ['proxy redis --opn', '64 --opn is no option of ambassador proxy; did you mean --open?'],
])('%s', async (line, expected) => {
  expect(await run(line.split(' '))).toBe(expected);
});

test('a misspelt variable of any command is told of, and the command goes on', async () => {
  const env = { AMBASSADOR_MESH_KEY: 'x', AMBASSADOR_BALANCE: 'first', AMBASSADOR_ON_DEMNAD: '1' };
  expect(await run(['completion', 'bash'], env)).toMatch(
    /^0 ambassador: AMBASSADOR_MESH_KEY is not read by anything; did you mean AMBASSADOR_MESH_KEY_FILE\?\n(?!.*AMBASSADOR_BALANCE)/,
  );
});

describe('where there is a key in its usual place', () => {
  const folder = mkdtempSync(join(tmpdir(), 'usual-key-'));
  const env = { XDG_CONFIG_HOME: folder };
  const path = join(folder, 'ambassador', 'mesh.key');
  mkdirSync(join(folder, 'ambassador'));
  writeFileSync(path, 'no key', { mode: 0o600 });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    [
      'announce redis',
      /^78 the mesh key in its usual place: .*mesh\.key: line 1: .*, or add --open to do without the mesh$/,
    ],
    ['proxy redis', /^78 the mesh key in its usual place: /],
    ['list', /^78 the mesh key in its usual place: /],
    ['resolve redis', /^78 the mesh key in its usual place: /],
    ['run redis -- true', /^78 the mesh key in its usual place: /],
    ['doctor', /^78 the mesh key in its usual place: /],
    ['render env redis', /^77 the mesh key in its usual place: render writes addresses .* or add --open$/],
    ['announce --docker', /^77 --docker: .* there is the mesh key in its usual place; .* and add --open here$/],
    ['proxy redis --engine haproxy', /^78 the mesh key in its usual place needs engine node.*, or add --open$/],
    ['proxy redis --open --mesh-key-file a', /^64 --open and --mesh-key-file contradict each other/],
  ])('%s uses it, and says how to do without', async (line, expected) => {
    expect(await run(line.split(' '), env)).toMatch(expected);
  });

  test.each(['list --open', 'proxy redis --open', 'agent'])('%s does without', async (line) => {
    await expect(run(line.split(' '), env)).rejects.toThrow('the network was reached');
  });
});
