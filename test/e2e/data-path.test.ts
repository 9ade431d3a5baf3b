import type { Host } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, proxy, runProgram, startProgram } from '../ambassador.ts';
import { administerPostgres, startRedis, writeCredentials } from '../credentials.ts';
import { labTest } from '../lab-test.ts';
import { initMesh, makeSharedFolder } from '../mesh.ts';
import { startPostgres } from '../postgres.ts';

/** Of random sizes and chunks, up, down and both ways. */
const CONNECTIONS = 300;
const MANY_BYTES = 30_000_000;
const SLOW_BYTES = 5_000_000;
const FILE_BYTES = 20_000_003;

interface Transfer {
  readonly sent: string;
  readonly arrived: string;
}

for (const [way, isMesh] of [
  ['a plain proxy', false],
  ['a mesh', true],
] as const) {
  await labTest(`every byte arrives through ${way}, in odd chunks and with slow readers`, { hosts: 2 }, async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const flags = isMesh ? ['--mesh-key-file', await initMesh(h1, makeSharedFolder())] : [];
    await startProgram(h1, 'service', '7000', 'h1');
    await announce(h1, 'thing:7000', ...flags);
    const proxying = await proxy(h2, 'thing:7000', ...flags);
    await proxying.line(/thing on h1/);
    const at = ['127.0.0.1', '7000'];
    const { outcomes } = await runProgram<Mix>(h2, 'mix', [...at, `${CONNECTIONS}`, '32']);
    expect(outcomes).toEqual({ whole: CONNECTIONS });
    for (const [direction, bytes] of [
      ['up', MANY_BYTES],
      ['down', MANY_BYTES],
      ['slow', SLOW_BYTES],
    ] as const) {
      const { sent, arrived } = await runProgram<Transfer>(h2, 'transfer', [...at, direction, `${bytes}`]);
      expect(arrived, direction).toBe(sent);
    }
  });
}

interface Mix {
  readonly outcomes: Readonly<Record<string, number>>;
}

await labTest(
  'every byte arrives where credentials are told to Redis, PostgreSQL and a web server',
  { hosts: 1, needs: ['redis-server', 'redis-cli', 'postgres', 'psql', 'curl'] },
  async (lan) => {
    const host = lan.host(1);
    await Promise.all([
      startRedis(host, 6101, 'sesame'),
      startPostgres(host, 15432, { hosts: ['host all app 127.0.0.1/32 scram-sha-256'] }),
      startProgram(host, 'guarded-web', '8002', 't0ken'),
      host.read('sh', ['-c', `head -c ${FILE_BYTES} /dev/urandom > /run/file`]),
    ]);
    await administerPostgres(
      host,
      15432,
      "SET password_encryption = 'scram-sha-256'; CREATE ROLE app LOGIN PASSWORD 'sesame'; CREATE DATABASE zoo OWNER app;",
    );
    const app = ['username: app'];
    const redis = await writeCredentials(host, 'redis', 'sesame', 'protocol: redis', ...app);
    const postgres = await writeCredentials(host, 'postgres', 'sesame', 'protocol: postgres', ...app, 'database: zoo');
    const web = await writeCredentials(host, 'web', 't0ken', 'protocol: http', ...app);
    await proxy(host, 'redis:7001', '--from', 'static:127.0.0.1:6101', '--credentials', redis);
    await proxy(host, 'postgres:6001', '--from', 'static:127.0.0.1:15432', '--credentials', postgres);
    await proxy(host, 'http:8081', '--from', 'static:127.0.0.1:8002', '--credentials', web);
    const sum = await shell(host, 'sha256sum < /run/file');

    expect(await shell(host, 'redis-cli -p 7001 -x SET file < /run/file')).toBe('OK\n');
    expect(await shell(host, `redis-cli -p 7001 GET file | head -c ${FILE_BYTES} | sha256sum`)).toBe(sum);
    // A login and what follows it, in one chunk.
    const login = `(printf 'AUTH any mine\\r\\nSET again %s\\r\\nGETRANGE again 0 2\\r\\nQUIT\\r\\n' "$(head -c 60000 /dev/zero | tr '\\0' x)")`;
    expect(await shell(host, `${login} | timeout 20 curl --silent telnet://127.0.0.1:7001`)).toBe(
      '+OK\r\n+OK\r\n$3\r\nxxx\r\n+OK\r\n',
    );

    const psql = "psql --no-psqlrc --quiet -t -A 'host=127.0.0.1 port=6001 user=any dbname=zoo'";
    await shell(host, `${psql} -c 'CREATE TABLE lines (line text)'`);
    await shell(host, `base64 -w 1021 /run/file > /run/lines; ${psql} -c '\\copy lines FROM /run/lines'`);
    expect(await shell(host, `${psql} -c 'SELECT line FROM lines' | base64 -d | sha256sum`)).toBe(sum);

    const url = 'http://127.0.0.1:8081';
    expect(await shell(host, `curl --silent -T /run/file ${url}/sum`)).toBe(`${sum.split(' ')[0]}\n`);
    expect(
      await shell(host, `curl --silent -H 'Transfer-Encoding: chunked' -H 'Expect:' -T /run/file ${url}/sum`),
    ).toBe(`${sum.split(' ')[0]}\n`);
    expect(await shell(host, `curl --silent --limit-rate 40M ${url}/big | sha256sum`)).toBe(
      await shell(host, `curl --silent -u app:t0ken http://127.0.0.1:8002/big | sha256sum`),
    );
  },
);

async function shell(host: Host, script: string): Promise<string> {
  return await host.read('bash', ['-o', 'pipefail', '-c', script], { timeout: 100_000 });
}
