import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { locateProgram, proxy, runAmbassador, runProgram, startProgram } from '../../ambassador.ts';
import {
  administerRedis,
  askRedis as ask,
  askMore,
  askUntilTold,
  endLoad,
  startRedis,
  writeCredentials,
  writeSecret,
} from '../../credentials.ts';
import { labTest } from '../../lab-test.ts';

/** What a file of credentials says beside the secret. */
const APP = ['protocol: redis', 'username: app'] as const;
const WHO = ['ACL', 'WHOAMI'];
const PIPELINED = 10_000;
/** Clients that ask while the secret is known to be wrong. */
const CROWD = 40;

await labTest(
  'clients of Redis log in with a password that they never see',
  { hosts: 1, needs: ['redis-server', 'redis-cli'] },
  async (lan) => {
    const host = lan.host(1);
    await Promise.all([startRedis(host, 6101, 'staging-pw'), startRedis(host, 6102, 'production-pw')]);
    const staging = await writeCredentials(host, 'staging', 'staging-pw\n', ...APP);
    const production = await writeCredentials(host, 'production', 'production-pw', ...APP);
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
  { hosts: 1, needs: ['redis-server', 'redis-cli'] },
  async (lan) => {
    const host = lan.host(1);
    const redis = await startRedis(host, 6101, 'first-pw');
    const file = await writeCredentials(host, 'app', 'first-pw', ...APP);
    const proxying = await proxy(host, 'redis:7001', '--from', 'static:127.0.0.1:6101', '--credentials', file);
    const load = await startProgram(host, 'redis-load', '7001');

    await askMore(load);
    // The file first: the server still wants the secret before.
    await writeSecret(host, 'app', 'second-pw');
    await proxying.line(/the secret in \/run\/app\.secret has changed/);
    await askMore(load);
    await administerRedis(host, 6101, 'ACL SETUSER app >second-pw');
    await askMore(load);
    await administerRedis(host, 6101, 'ACL SETUSER app <first-pw');
    // The server first, both at once: what is refused is read again.
    await administerRedis(host, 6101, 'ACL SETUSER app >third-pw');
    await writeSecret(host, 'app', 'third-pw');
    await administerRedis(host, 6101, 'ACL SETUSER app <second-pw');
    await proxying.line(/has changed/);
    await askMore(load);
    await endLoad(load);

    // At the server alone: nobody knows the secret, and the server is not stormed with it.
    await administerRedis(host, 6101, 'ACL SETUSER app resetpass >fourth-pw');
    const refused = /^ERR ambassador: 127\.0\.0\.1:6101 refuses the credentials: WRONGPASS/;
    expect(await ask(host, '7001', 'PING')).toMatch(refused);
    await proxying.line(/refuses the credentials/);
    await administerRedis(host, 6101, 'ACL LOG RESET');
    const crowd = `for client in $(seq ${CROWD}); do redis-cli -p 7001 PING; done`;
    const told = (await host.read('sh', ['-c', crowd])).trim().split('\n');
    expect(told.filter((line) => refused.test(line))).toHaveLength(CROWD);
    // However slow this machine is: the pauses grow.
    const logins = [...(await administerRedis(host, 6101, 'ACL LOG')).matchAll(/^count\n(\d+)$/gm)];
    expect(logins.reduce((sum, [, count]) => sum + Number(count), 0)).toBeLessThan(CROWD);
    await writeSecret(host, 'app', 'fourth-pw');
    await proxying.line(/has changed/);
    expect(await ask(host, '7001', 'PING')).toBe('PONG');

    expect(proxying.output).not.toMatch(/(first|second|third|fourth)-pw/);
    await redis.stop();
  },
);

await labTest(
  'credentials go to nobody who has shown nothing',
  { hosts: 2, needs: ['redis-server', 'redis-cli'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startRedis(h2, 6101, 'sesame', '0.0.0.0');
    const file = await writeCredentials(h1, 'app', 'sesame', ...APP);
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
  { hosts: 2, needs: ['redis-server', 'redis-cli', 'openssl'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=cache.test'];
    const files = ['-keyout', '/run/tls.key', '-out', '/run/tls.crt', '-addext', 'subjectAltName=DNS:cache.test'];
    await h2.read('openssl', [...request, ...files]);
    const tls = ['--tls-port', '6101', '--tls-cert-file', '/run/tls.crt', '--tls-key-file', '/run/tls.key'];
    await startRedis(h2, 0, 'sesame', '0.0.0.0', ...tls, '--tls-auth-clients', 'no');
    await h1.read('tee', ['/run/ca.crt'], { input: await h2.read('cat', ['/run/tls.crt']) });
    const from = ['--from', `static:${h2.ip}:6101`];
    const start = async (port: string, name: string, ...lines: readonly string[]): Promise<HostProcess> =>
      await proxy(
        h1,
        `redis:${port}`,
        ...from,
        '--connect-timeout',
        name === 'right' ? '20s' : '3s',
        '--credentials',
        await writeCredentials(h1, name, 'sesame', ...APP, 'tls: true', ...lines),
      );

    await start('7001', 'right', 'caFile: /run/ca.crt', 'serverName: cache.test');
    expect(await ask(h1, '7001', '-3', ...WHO)).toBe('app');
    const wrongName = await start('7002', 'name', 'caFile: /run/ca.crt', 'serverName: other.test');
    expect(await ask(h1, '7002', ...WHO)).not.toBe('app');
    await askUntilTold(wrongName, /its certificate is for another name/, () => ask(h1, '7002', ...WHO));
    const wrongAuthority = await start('7003', 'authority', 'serverName: cache.test');
    expect(await ask(h1, '7003', ...WHO)).not.toBe('app');
    await askUntilTold(wrongAuthority, /by nobody who is trusted/, () => ask(h1, '7003', ...WHO));

    // A client that speaks TLS to the local port, which is plain.
    const plain = await start('7004', 'plain', 'caFile: /run/ca.crt', 'serverName: cache.test');
    expect(await ask(h1, '7004', '--tls', '--insecure', 'PING')).not.toBe('PONG');
    await plain.line(/a client speaks TLS to the local port/);
  },
);

await labTest(
  'a client that keeps its connection may log in again for each page',
  { hosts: 1, needs: ['redis-server', 'php', 'php-redis'] },
  async (lan) => {
    const host = lan.host(1);
    await startRedis(host, 6101, 'sesame');
    const file = await writeCredentials(host, 'app', 'sesame', ...APP);
    await proxy(host, 'redis:7001', '--from', 'static:127.0.0.1:6101', '--credentials', file);
    const pages = ['-d', 'redis.pconnect.pooling_enabled=1', locateProgram('kept-connection.php'), '7001'];
    expect(await host.read('php', pages)).toBe('1 app\n2 app\n3 app\n');
    // In a transaction it is answered in its turn.
    expect(await host.read('redis-cli', ['-p', '7001'], { input: 'MULTI\nAUTH me mine\nACL WHOAMI\nEXEC\n' })).toBe(
      'OK\nQUEUED\nQUEUED\nOK\napp\n',
    );
  },
);

/** As nobody, whom no file of this folder need be open to. */
async function squat(host: Host, port: string): Promise<HostProcess> {
  const become = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
  const program = locateProgram('squatter.mjs');
  const script = 'program=$0; exec "$@" < "$program"';
  const node = [process.execPath, '--input-type=module', '-', port];
  const squatter = host.spawn('sh', ['-c', script, program, ...become, ...node]);
  await squatter.line(/^ready/);
  return squatter;
}

const SQUATTED = 'who takes the port of a service that is down is not told its password';
if (process.getuid?.() === 0) {
  await labTest(SQUATTED, { hosts: 1, needs: ['redis-server', 'redis-cli'] }, async (lan) => {
    const host = lan.host(1);
    const file = await writeCredentials(host, 'app', 'sesame', ...APP);
    const squatter = await squat(host, '6101');
    const proxying = await proxy(host, 'redis:7001', '--from', 'static:127.0.0.1:6101', '--credentials', file);
    await askUntilTold(proxying, /user 65534 of this machine holds 127\.0\.0\.1:6101/, () => ask(host, '7001', ...WHO));
    expect(squatter.output).not.toContain('heard');
    squatter.kill('SIGTERM');
    await squatter.exited;
    await startRedis(host, 6101, 'sesame');
    await expect.poll(() => ask(host, '7001', ...WHO)).toBe('app');

    // Whoever is written down as the service's user may have it.
    const named = await writeCredentials(host, 'named', 'sesame', ...APP, 'serviceUser: nobody');
    const other = await squat(host, '6102');
    await proxy(host, 'redis:7002', '--from', 'static:127.0.0.1:6102', '--credentials', named);
    await ask(host, '7002', 'PING');
    await other.line(/^heard "\*3/);
  });
} else test.skip(`${SQUATTED} (skipped: root alone can be another user)`);
