import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { POSTGRES_FOLDER } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { AMBASSADOR, startProgram } from '../../ambassador.ts';
import { askRedis, startRedis, writeSecret } from '../../credentials.ts';
import { labTest } from '../../lab-test.ts';
import { startPostgres } from '../../postgres.ts';

const SECRET = 'tr0mbone-7731-quartz';
const WRONG = 'bass00n-5520-basalt';
const CARGO = 'cargo-5583';
const ADMIN = 'http://127.0.0.1:9901';
const POSTGRES_PORT = 15432;
const USERS = `SET password_encryption = 'scram-sha-256'; CREATE ROLE app LOGIN PASSWORD '${SECRET}';`;

/** Every way in which a secret might be shown: as it is, and as HTTP and people encode it. */
function listForms(secret: string): readonly string[] {
  const pair = Buffer.from(`app:${secret}`);
  return [
    secret,
    pair.toString('base64').replace(/=+$/, ''),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    Buffer.from(secret).toString('hex'),
    encodeURIComponent(secret),
  ];
}

const FORMS = [SECRET, WRONG].flatMap(listForms);

/** One line of each service that is proxied: its port, the port behind it, what it speaks and whose secret is told. */
const SERVICES = [
  ['redis', 7001, 6101, 'protocol: redis, username: app, passwordFile: /run/right.secret'],
  ['redis-wrong', 7002, 6101, 'protocol: redis, username: app, passwordFile: /run/wrong.secret'],
  ['postgres', 7003, POSTGRES_PORT, 'protocol: postgres, username: app, passwordFile: /run/right.secret'],
  ['postgres-wrong', 7004, POSTGRES_PORT, 'protocol: postgres, username: app, passwordFile: /run/wrong.secret'],
  ['basic', 7005, 8002, 'protocol: http, username: app, passwordFile: /run/right.secret'],
  ['bearer', 7006, 8002, 'protocol: http, tokenFile: /run/right.secret'],
  ['bearer-wrong', 7007, 8002, 'protocol: http, tokenFile: /run/wrong.secret'],
] as const;

await labTest(
  'a secret is in no command line, environment, log, status page, error or heap snapshot of ours',
  { hosts: 1, needs: ['redis-server', 'redis-cli', 'postgres', 'psql', 'curl'] },
  async (lan) => {
    const host = lan.host(1);
    await Promise.all([
      startRedis(host, 6101, SECRET),
      startPostgres(host, POSTGRES_PORT, { hosts: ['host all app 127.0.0.1/32 scram-sha-256'] }),
      startProgram(host, 'guarded-web', '8002', SECRET),
      writeSecret(host, 'right', SECRET),
      writeSecret(host, 'wrong', `${WRONG}\n`),
    ]);
    const owner = ['--no-psqlrc', '--quiet', '-h', '/run/postgres', '-p', `${POSTGRES_PORT}`, '-U', 'ambassador'];
    await host.read(`${POSTGRES_FOLDER}/psql`, [...owner, '-d', 'postgres'], { input: USERS });
    const proxying = await startUp(host);

    const answers = await useAll(host);
    expect(answers.right).toEqual(['app', 'app', '200', '200']);
    expect(answers.wrong).toEqual([
      expect.stringMatching(/^ERR ambassador: .* refuses the credentials/),
      expect.stringMatching(/FATAL: +ambassador: .* refuses the credentials/),
      expect.stringContaining('401'),
    ]);
    const pages = ['healthz', 'readyz', 'metrics', 'v1/status', ''].map((page) => `${ADMIN}/${page}`);
    const shown = await host.read('curl', ['--silent', '--max-time', '20', ...pages]);
    expect(shown).toContain('"services"');
    // The stream of events, from its beginning for a moment.
    const events = await host.run('curl', ['--silent', '--no-buffer', '--max-time', '1', `${ADMIN}/v1/events`]);
    const isOurs = 'tr "\\0" " " < $p/cmdline | grep -q "ambassador.js up"';
    const ours = `for p in /proc/[0-9]*; do ${isOurs} && cat $p/cmdline $p/environ; done 2> /dev/null; true`;
    const processes = await host.read('sh', ['-c', ours]);
    expect(processes).toContain('/run/ambassador.yaml');
    const table = await host.read('ps', ['axeww', '-o', 'args']);

    const heard = [JSON.stringify(answers), shown, events.stdout, processes, proxying.output].join('\n');
    for (const form of [...FORMS, CARGO]) expect(heard.includes(form), form).toBe(false);
    // Other processes of this test have it in their arguments: the servers' own.
    const lines = table.split('\n').filter((line) => line.includes('ambassador.js'));
    for (const form of FORMS) expect(lines.join('\n').includes(form), form).toBe(false);

    expect(await countInHeap(host, proxying, ['credentials (redis)', 'credentials (postgres)'])).not.toContain(0);
    expect(await countInHeap(host, proxying, FORMS)).toEqual(FORMS.map(() => 0));
    await proxying.stop();
  },
);

async function startUp(host: Host): Promise<HostProcess> {
  const proxies = SERVICES.map(
    ([service, port, target, credentials]) =>
      `  - { service: ${service}, listen: "127.0.0.1:${port}", from: ["static:127.0.0.1:${target}"], credentials: { ${credentials} } }`,
  );
  const config = ['admin: 127.0.0.1:9901', 'proxy:', ...proxies].join('\n');
  await host.read('tee', ['/run/ambassador.yaml'], { input: `${config}\n` });
  const node = ['--heapsnapshot-signal=SIGUSR2', '--diagnostic-dir=/run', AMBASSADOR];
  const loud = ['--log-level', 'trace', '--log-format', 'json', '--log-connections'];
  const started = host.spawn(process.execPath, [...node, 'up', '--config', '/run/ambassador.yaml', ...loud]);
  await started.until((output) => SERVICES.every(([, port]) => new RegExp(`listening on .*:${port}\\b`).test(output)));
  return started;
}

async function useAll(host: Host): Promise<{ readonly right: readonly string[]; readonly wrong: readonly string[] }> {
  await askRedis(host, '7001', 'SET', 'payload', CARGO);
  const sql = async (port: number): Promise<string> => {
    const connection = `host=127.0.0.1 port=${port} user=whoever dbname=postgres`;
    const query = `SELECT current_user -- ${CARGO}`;
    const flags = ['--no-psqlrc', '-t', '-A', '-w', '-c', query, connection];
    const { stdout, stderr } = await host.run(`${POSTGRES_FOLDER}/psql`, flags);
    return `${stdout}${stderr}`.trim();
  };
  const web = async (port: number): Promise<string> => {
    const report = ['--output', '/dev/null', '--write-out', '%{http_code}', '--header', `X-Cargo: ${CARGO}`];
    return await host.read('curl', ['--silent', '--max-time', '20', ...report, `http://127.0.0.1:${port}/who`]);
  };
  return {
    right: [await askRedis(host, '7001', 'ACL', 'WHOAMI'), await sql(7003), await web(7005), await web(7006)],
    wrong: [await askRedis(host, '7002', 'PING'), await sql(7004), await web(7007)],
  };
}

/** How many lines of a heap snapshot hold each of these texts. */
async function countInHeap(host: Host, proxying: HostProcess, texts: readonly string[]): Promise<readonly number[]> {
  await host.read('sh', ['-c', 'rm -f /run/*.heapsnapshot']);
  proxying.kill('SIGUSR2');
  const isThere = 'ls /run/*.heapsnapshot && tail -c 2 /run/*.heapsnapshot | grep -q "]}"';
  await expect.poll(async () => (await host.run('sh', ['-c', isThere])).code, { interval: 300 }).toBe(0);
  const count = 'for text in "$@"; do grep -c -F -- "$text" /run/*.heapsnapshot; done; true';
  return (await host.read('sh', ['-c', count, 'sh', ...texts])).trim().split('\n').map(Number);
}
