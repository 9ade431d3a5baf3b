import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { AMBASSADOR, proxy, runAmbassador, runProgram, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';

const WHO = ['ACL', 'WHOAMI'];
const PIPELINED = 10_000;

await labTest(
  'clients of Redis log in with a password that they never see',
  { hosts: 1, needs: ['redis-server', 'redis-cli'], timeout: 120_000 },
  async (lan) => {
    const host = lan.host(1);
    await Promise.all([startRedis(host, 6101, 'staging-pw'), startRedis(host, 6102, 'production-pw')]);
    const staging = await writeCredentials(host, 'staging', 'staging-pw\n');
    const production = await writeCredentials(host, 'production', 'production-pw');
    await proxy(host, 'redis:7001', '--from', 'static:127.0.0.1:6101', '--credentials', staging);
    await proxy(host, 'redis:7002', '--from', 'static:127.0.0.1:6102', '--credentials', production);

    // The same client, two files.
    for (const [port, colour] of [
      ['7001', 'green'],
      ['7002', 'red'],
    ] as const) {
      expect(await ask(host, port, 'SET', 'colour', colour)).toBe('OK');
      expect(await ask(host, port, ...WHO)).toBe('app');
    }
    expect(await ask(host, '7001', 'GET', 'colour')).toBe('green');
    expect(await ask(host, '7002', 'GET', 'colour')).toBe('red');

    // RESP3, and clients that bring a login of their own.
    expect(await ask(host, '7001', '-3', ...WHO)).toBe('app');
    expect(await ask(host, '7001', '-3', '--user', 'me', '--pass', 'mine', '--no-auth-warning', ...WHO)).toBe('app');
    expect(await ask(host, '7001', '--pass', 'mine', '--no-auth-warning', ...WHO)).toBe('app');
    expect(await runProgram(host, 'redis-client', ['7001'])).toEqual(['app', 'OK', 'green']);

    // RESET takes the login away at the server, and the session goes on with it.
    const lines = 'SET before 1\nRESET\nACL WHOAMI\nGET before\n';
    expect(await host.read('redis-cli', ['-p', '7001'], { input: lines })).toBe('OK\nRESET\napp\n1\n');

    const commands = Array.from({ length: PIPELINED }, (_, index) => `SET key:${index} ${index}\r\n`).join('');
    expect(await host.read('redis-cli', ['-p', '7001', '--pipe'], { input: commands })).toContain(
      `errors: 0, replies: ${PIPELINED}`,
    );
    const copy = 'head -c 20000000 /dev/urandom | tee /run/large | redis-cli -p 7001 -x SET large > /run/said';
    const compare = 'redis-cli -p 7001 GET large | head -c 20000000 | cmp - /run/large && cat /run/said';
    expect(await host.read('sh', ['-c', `${copy} && ${compare}`])).toBe('OK\n');
  },
);

await labTest(
  'a secret that changes fails no connection, and a wrong one is told in the words of Redis',
  { hosts: 1, needs: ['redis-server', 'redis-cli'], timeout: 120_000 },
  async (lan) => {
    const host = lan.host(1);
    const redis = await startRedis(host, 6101, 'first-pw');
    const file = await writeCredentials(host, 'app', 'first-pw');
    const proxying = await proxy(host, 'redis:7001', '--from', 'static:127.0.0.1:6101', '--credentials', file);
    const load = await startProgram(host, 'redis-load', '7001');

    // The file first: the server still wants the secret before.
    await writeSecret(host, 'app', 'second-pw');
    await proxying.line(/the secret in \/run\/app\.secret has changed/);
    await administer(host, 'ACL SETUSER app >second-pw');
    await administer(host, 'ACL SETUSER app <first-pw');
    // The server first, both at once: what is refused is read again.
    await administer(host, 'ACL SETUSER app >third-pw');
    await writeSecret(host, 'app', 'third-pw');
    await administer(host, 'ACL SETUSER app <second-pw');
    await proxying.line(/has changed/);
    load.stdin.end();
    const [counts] = await load.line(/^\{.*\}$/);
    expect(JSON.parse(counts)).toEqual({ asked: expect.any(Number), failed: 0, failures: [] });
    expect(JSON.parse(counts).asked).toBeGreaterThan(50);

    // At the server alone: nobody knows the secret, and the server is not stormed with it.
    await administer(host, 'ACL SETUSER app resetpass >fourth-pw');
    const refused = /^ERR ambassador: 127\.0\.0\.1:6101 refuses the credentials: WRONGPASS/;
    expect(await ask(host, '7001', 'PING')).toMatch(refused);
    await proxying.line(/refuses the credentials/);
    for (let client = 0; client < 5; client += 1) expect(await ask(host, '7001', 'PING')).toMatch(refused);
    const failures = Number(/acl_access_denied_auth:(\d+)/.exec(await administer(host, 'INFO stats'))?.[1] ?? '0');
    expect(failures).toBeLessThan(8);
    await writeSecret(host, 'app', 'fourth-pw');
    await proxying.line(/has changed/);
    expect(await ask(host, '7001', 'PING')).toBe('PONG');

    expect(proxying.output).not.toMatch(/(first|second|third|fourth)-pw/);
    await redis.stop();
  },
);

await labTest(
  'the secret is in no command line, environment, log, status, error or heap snapshot',
  { hosts: 1, needs: ['redis-server', 'redis-cli', 'curl'], timeout: 120_000 },
  async (lan) => {
    const host = lan.host(1);
    const secret = 'tr0mbone-7731-quartz';
    await startRedis(host, 6101, secret);
    const file = await writeCredentials(host, 'app', secret);
    const wrong = await writeCredentials(host, 'wrong', `${secret}-not`);
    const flags = [
      '--from',
      'static:127.0.0.1:6101',
      '--log-level',
      'trace',
      '--log-format',
      'json',
      '--log-connections',
    ];
    const node = ['--heapsnapshot-signal=SIGUSR2', '--diagnostic-dir=/run', AMBASSADOR];
    const start = async (...args: readonly string[]): Promise<HostProcess> => {
      const started = host.spawn(process.execPath, [...node, 'proxy', ...args, ...flags]);
      await started.line(/listening/, { stream: 'stdout' });
      return started;
    };
    const good = await start('redis:7001', '--credentials', file, '--admin', '127.0.0.1:9901');
    const bad = await start('redis:7002', '--credentials', wrong);
    expect(await ask(host, '7001', 'SET', 'payload', 'cargo-55')).toBe('OK');
    const answer = await ask(host, '7002', 'PING');
    expect(answer).toMatch(/refuses the credentials/);
    const pages = ['healthz', 'readyz', 'metrics', 'v1/status', ''].map((page) => `http://127.0.0.1:9901/${page}`);
    const shown = await host.read('curl', ['--silent', ...pages]);
    expect(shown).toContain('"services"');
    expect([answer, shown, good.output, bad.output].join('\n')).not.toMatch(new RegExp(`${secret}|cargo-55`));

    const processes = await host.read('sh', ['-c', 'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null; true']);
    expect(processes).toContain('--credentials');
    expect(processes).not.toContain(secret);

    good.kill('SIGUSR2');
    const find = 'ls /run/*.heapsnapshot 2>/dev/null && tail -c 2 /run/*.heapsnapshot | grep -q "]}"';
    await expect
      .poll(async () => (await host.run('sh', ['-c', find])).code, { timeout: 30_000, interval: 300 })
      .toBe(0);
    const count = (text: string): string => `cat /run/*.heapsnapshot | grep -c -- "${text}"; true`;
    expect(await host.read('sh', ['-c', count('credentials (redis)')])).not.toBe('0\n');
    expect(await host.read('sh', ['-c', count(secret)])).toBe('0\n');
    await Promise.all([good.stop(), bad.stop()]);
  },
);

await labTest(
  'credentials go to nobody who has shown nothing',
  { hosts: 2, needs: ['redis-server', 'redis-cli'], timeout: 120_000 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startRedis(h2, 6101, 'sesame', '0.0.0.0');
    const file = await writeCredentials(h1, 'app', 'sesame');
    const far = `static:${h2.ip}:6101`;
    const refused = [
      [['proxy', 'redis:7001', '--credentials', file], /whoever announces redis/],
      [['proxy', 'redis:7001', '--credentials', file, '--insecure-inject'], /whoever announces redis/],
      [['proxy', 'redis:7001', '--credentials', file, '--from', far], /--insecure-inject/],
      [
        ['proxy', 'redis', '--credentials', file, '--from', 'static:127.0.0.1:1', '--listen', '0.0.0.0:7001'],
        /--allow-remote/,
      ],
      [['announce', 'redis:6101', '--credentials', file], /mesh key/],
    ] as const;
    for (const [args, sentence] of refused) {
      const { code, stderr } = await runAmbassador(h1, args);
      expect([code, stderr]).toEqual([77, expect.stringMatching(sentence)]);
    }
    await proxy(h1, 'redis:7001', '--credentials', file, '--from', far, '--insecure-inject');
    expect(await ask(h1, '7001', ...WHO)).toBe('app');

    // Where it is not known before: what the file of endpoints names is not told the secret.
    await h1.read('tee', ['/run/endpoints.yaml'], { input: `- { address: ${h2.ip}, port: 6101 }\n` });
    const judging = await proxy(
      h1,
      'redis:7002',
      '--credentials',
      file,
      '--from',
      'file:/run/endpoints.yaml',
      '--connect-timeout',
      '500ms',
    );
    expect(await ask(h1, '7002', ...WHO)).not.toBe('app');
    await judging.line(/has not shown who it is/);
  },
);

await labTest(
  'Redis behind TLS is reached when it shows the right certificate, and told nothing otherwise',
  { hosts: 2, needs: ['redis-server', 'redis-cli', 'openssl'], timeout: 120_000 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=cache.test'];
    const files = ['-keyout', '/run/tls.key', '-out', '/run/tls.crt', '-addext', 'subjectAltName=DNS:cache.test'];
    await h2.read('openssl', [...request, ...files]);
    const tls = ['--tls-port', '6101', '--tls-cert-file', '/run/tls.crt', '--tls-key-file', '/run/tls.key'];
    await startRedis(h2, 0, 'sesame', '0.0.0.0', ...tls, '--tls-auth-clients', 'no');
    await h1.read('tee', ['/run/ca.crt'], { input: await h2.read('cat', ['/run/tls.crt']) });
    const from = ['--from', `static:${h2.ip}:6101`, '--connect-timeout', '1s'];
    const start = async (port: string, name: string, ...lines: readonly string[]): Promise<HostProcess> =>
      await proxy(
        h1,
        `redis:${port}`,
        ...from,
        '--credentials',
        await writeCredentials(h1, name, 'sesame', 'tls: true', ...lines),
      );

    await start('7001', 'right', 'caFile: /run/ca.crt', 'serverName: cache.test');
    expect(await ask(h1, '7001', '-3', ...WHO)).toBe('app');
    const wrongName = await start('7002', 'name', 'caFile: /run/ca.crt', 'serverName: other.test');
    expect(await ask(h1, '7002', ...WHO)).not.toBe('app');
    await wrongName.line(/its certificate is for another name/);
    const wrongAuthority = await start('7003', 'authority', 'serverName: cache.test');
    expect(await ask(h1, '7003', ...WHO)).not.toBe('app');
    await wrongAuthority.line(/by nobody who is trusted/);

    // A client that speaks TLS to the local port, which is plain.
    const plain = await start('7004', 'plain', 'caFile: /run/ca.crt', 'serverName: cache.test');
    expect(await ask(h1, '7004', '--tls', '--insecure', 'PING')).not.toBe('PONG');
    await plain.line(/a client speaks TLS to the local port/);
  },
);

/** A Redis with one user, `app`; no output of it shows the password. */
async function startRedis(
  host: Host,
  port: number,
  password: string,
  bind = '127.0.0.1',
  ...more: readonly string[]
): Promise<HostProcess> {
  const folder = `/run/redis-${port}`;
  const users = `user default off\nuser owner on nopass ~* &* +@all\nuser app on >${password} ~* &* +@all -@admin +acl|whoami\n`;
  await host.read('mkdir', ['-p', folder]);
  await host.read('sh', ['-c', 'umask 077 && cat > "$0"', `${folder}/users.acl`], { input: users });
  const flags = ['--port', `${port}`, '--bind', bind, '--protected-mode', 'no', '--save', '', '--dir', folder];
  const redis = host.spawn('redis-server', [...flags, '--aclfile', `${folder}/users.acl`, '--logfile', '', ...more]);
  await redis.line(/Ready to accept connections/);
  return redis;
}

async function writeCredentials(
  host: Host,
  name: string,
  secret: string,
  ...lines: readonly string[]
): Promise<string> {
  const file = `/run/${name}.yaml`;
  const yaml = ['protocol: redis', 'username: app', `passwordFile: ./${name}.secret`, ...lines].join('\n');
  await host.read('tee', [file], { input: yaml });
  await writeSecret(host, name, secret);
  return file;
}

/** By a rename, as it should be done. */
async function writeSecret(host: Host, name: string, secret: string): Promise<void> {
  const write = 'umask 077 && cat > "$0.new" && mv "$0.new" "$0"';
  await host.read('sh', ['-c', write, `/run/${name}.secret`], { input: secret });
}

/** What redis-cli prints, good or bad; its own login warning apart. */
async function ask(host: Host, port: string, ...words: readonly string[]): Promise<string> {
  const { stdout, stderr } = await host.run('redis-cli', ['-p', port, ...words]);
  return `${stdout}${stderr}`.trim();
}

/** What the owner of the first server asks it. */
async function administer(host: Host, line: string): Promise<string> {
  const answer = await host.read('redis-cli', ['-p', '6101'], { input: `AUTH owner any\n${line}\n` });
  expect(answer).not.toMatch(/^(ERR|NO|WRONG)/m);
  return answer;
}
