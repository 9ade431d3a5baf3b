import { type Host, type HostProcess, POSTGRES_FOLDER } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, proxy } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { startPostgres } from '../../postgres.ts';

const WRITES = 20;
const INTERVAL = ['--check-interval', '500ms'];
const CLIENT_FLAGS = ['--no-psqlrc', '--tuples-only', '--no-align', '--host', 'localhost', '--username', 'ambassador'];

await labTest(
  'with redis-primary only the master gets connections, and after a failover only the new one',
  { hosts: 3, needs: ['redis-server', 'redis-cli'] },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    await startRedis(h1);
    await startRedis(h2, '--replicaof', h1.ip, '6379');
    await Promise.all([announce(h1, 'redis'), announce(h2, 'redis')]);
    const proxying = await proxy(h3, 'redis', '--check', 'redis-primary', ...INTERVAL);
    await proxying.until((output) => /h1".*in use/.test(output) && /h2".*replica/.test(output));
    const write = async (): Promise<void> => {
      for (let number = 0; number < WRITES; number++)
        expect(await h3.read('redis-cli', ['SET', 'key', `${number}`])).toBe('OK\n');
    };
    await write();

    await h1.read('redis-cli', ['REPLICAOF', h2.ip, '6379']);
    await h2.read('redis-cli', ['REPLICAOF', 'NO', 'ONE']);
    await proxying.line(/h1".*replica/);
    await proxying.until((output) => /h2".*in use/.test(output));
    await write();
    expect(await h2.read('redis-cli', ['GET', 'key'])).toBe(`${WRITES - 1}\n`);
  },
);

await labTest(
  'with postgres-primary a standby gets no connection until it is promoted',
  { hosts: 2, needs: ['postgres', 'psql'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startPostgres(h1, 5432, { isStandby: true });
    await announce(h1, 'postgres');
    const check = ['--check', 'postgres-primary:ambassador@postgres', ...INTERVAL];
    const proxying = await proxy(h2, 'postgres', '--connect-timeout', '1s', ...check);
    await proxying.line(/replica/);
    const ask = [...CLIENT_FLAGS, '--dbname', 'postgres', '--command', 'SELECT pg_is_in_recovery()'];
    expect((await h2.run(`${POSTGRES_FOLDER}/psql`, ask)).code).not.toBe(0);

    const promote = ['--host', '/run/postgres', '--username', 'ambassador', 'postgres', '-c', 'SELECT pg_promote()'];
    await h1.read(`${POSTGRES_FOLDER}/psql`, promote);
    await proxying.line(/in use/);
    expect(await h2.read(`${POSTGRES_FOLDER}/psql`, ask)).toBe('f\n');
  },
);

async function startRedis(host: Host, ...more: readonly string[]): Promise<HostProcess> {
  const flags = ['--bind', '0.0.0.0', '--protected-mode', 'no', '--save', '', '--dir', '/run', ...more];
  const redis = host.spawn('redis-server', flags);
  await redis.line(/Ready to accept connections/);
  return redis;
}
