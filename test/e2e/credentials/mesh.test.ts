import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, proxy, runAmbassador, runProgram, spawnAmbassador, startProgram } from '../../ambassador.ts';
import {
  administerPostgres,
  administerRedis,
  askMore,
  askPostgres,
  askRedis,
  endLoad,
  interruptEach,
  startRedis,
  writeCredentials,
  writeSecret,
} from '../../credentials.ts';
import { labTest } from '../../lab-test.ts';
import { initMesh, makeSharedFolder } from '../../mesh.ts';
import { startPostgres } from '../../postgres.ts';

const DATABASE_PORT = 15432;
const USERS =
  "SET password_encryption = 'scram-sha-256'; CREATE ROLE app LOGIN PASSWORD 'sesame'; GRANT pg_read_all_stats TO app;";
const WHO = ['ACL', 'WHOAMI'];

await labTest(
  'an announcer logs members in: the secret stays where the service is',
  { hosts: 2, needs: ['redis-server', 'redis-cli', 'postgres', 'psql', 'curl'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const key = await initMesh(h1, makeSharedFolder());
    await Promise.all([
      startRedis(h1, 6101, 'first-pw'),
      startDatabase(h1),
      startProgram(h1, 'guarded-web', '8002', 't0ken'),
    ]);
    await writeSecret(h1, 'redis', 'first-pw');
    await writeSecret(h1, 'postgres', 'sesame');
    await writeSecret(h1, 'web', 't0ken');
    const announcing = await startUp(h1, key, [
      'service: redis, port: 6101, credentials: { protocol: redis, username: app, passwordFile: /run/redis.secret }',
      `service: postgres, port: ${DATABASE_PORT}, credentials: { protocol: postgres, username: app, passwordFile: /run/postgres.secret }`,
      'service: http, port: 8002, credentials: { protocol: http, tokenFile: /run/web.secret }',
    ]);
    const proxying = await proxy(h2, 'redis:7001', 'postgres:6001', 'http:8081', '--mesh-key-file', key);
    const names = ['redis', 'postgres', 'http'].map((service) => `found "${service} on h1"`);
    await proxying.until((output) => names.every((name) => output.includes(name)));

    expect(await askRedis(h2, '7001', ...WHO)).toBe('app');
    expect(await askRedis(h2, '7001', '-3', '--user', 'me', '--pass', 'mine', '--no-auth-warning', ...WHO)).toBe('app');
    expect(await runProgram(h2, 'redis-client', ['7001'])).toEqual(['app', 'OK', 'green']);
    expect(await askPostgres(h2, 6001, 'SELECT current_user, current_database()')).toBe('app|postgres');
    expect(await runProgram(h2, 'pg-client', ['6001'])).toEqual([1, 2, 3, 4].map((n) => ({ who: 'app', n: n * 2 })));
    expect(await runProgram(h2, 'extended-query', ['6001'])).toMatchObject({ encryption: 'N', row: ['app', '42'] });
    expect(await runProgram(h2, 'web-client', ['8081'])).toMatchObject({ crowd: 50, websocket: [101, 'hello'] });
    expect(await h2.read('sh', ['-c', 'curl --silent http://127.0.0.1:8081/big | wc --bytes'])).toBe('20000000\n');

    // A rotation: the file first, the server after; nobody who comes from the other host fails.
    const load = await startProgram(h2, 'redis-load', '7001');
    await askMore(load);
    await writeSecret(h1, 'redis', 'second-pw');
    await announcing.line(/the secret in \/run\/redis\.secret has changed/);
    await askMore(load);
    await administerRedis(h1, 6101, 'ACL SETUSER app >second-pw');
    await administerRedis(h1, 6101, 'ACL SETUSER app <first-pw');
    await askMore(load);
    await endLoad(load);

    // At the servers alone: clients on the other host are told in their protocols' words.
    await administerRedis(h1, 6101, 'ACL SETUSER app resetpass >third-pw');
    expect(await askRedis(h2, '7001', 'PING')).toMatch(/^ERR ambassador: .* refuses the credentials: WRONGPASS/);
    await administerPostgres(h1, DATABASE_PORT, "ALTER ROLE app PASSWORD 'quirk8'");
    expect(await askPostgres(h2, 6001, 'SELECT 1')).toMatch(/FATAL: +ambassador: .* refuses the credentials/);
    const said = `${announcing.output}${proxying.output}`;
    expect(said).not.toMatch(/(first|second|third)-pw|sesame|quirk8|t0ken/);
  },
);

await labTest(
  "psql's Ctrl-C reaches its own query behind two announcers, whichever end logs in",
  { hosts: 3, needs: ['postgres', 'psql'] },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    const servers = [h1, h2];
    const key = await initMesh(h1, makeSharedFolder());
    await Promise.all(
      servers.map(async (host) => {
        await startDatabase(host);
        await writeSecret(host, 'postgres', 'sesame');
        const bare = `service: bare, type: bare, port: ${DATABASE_PORT}`;
        const login = 'credentials: { protocol: postgres, username: app, passwordFile: /run/postgres.secret }';
        await startUp(host, key, [`service: postgres, port: ${DATABASE_PORT}, ${login}`, bare]);
      }),
    );
    const file = await writeCredentials(h3, 'app', 'sesame', 'protocol: postgres', 'username: app');
    const balance = ['--balance', 'round-robin', '--mesh-key-file', key];
    const proxies = await Promise.all([
      proxy(h3, 'postgres:6001', ...balance),
      proxy(h3, 'bare:6002', ...balance, '--credentials', file),
    ]);
    for (const [index, name] of ['postgres', 'bare'].entries()) {
      await proxies[index]?.until((output) => ['h1', 'h2'].every((host) => output.includes(`"${name} on ${host}"`)));
    }
    for (const port of [6001, 6002]) await interruptEach(h3, port, servers, DATABASE_PORT);
  },
);

await labTest(
  'a proxy tells its secret to members of its mesh, found by mDNS, and to nobody else',
  { hosts: 3, needs: ['redis-server', 'redis-cli'] },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    const key = await initMesh(h1, makeSharedFolder());
    const file = await writeCredentials(h3, 'app', 'sesame', 'protocol: redis', 'username: app');
    // Whoever is not of the mesh may announce what he likes, and hears nothing.
    const stranger = h2.spawn('redis-server', [
      '--port',
      '6101',
      '--bind',
      '0.0.0.0',
      '--protected-mode',
      'no',
      '--save',
      '',
    ]);
    await stranger.line(/Ready to accept connections/);
    await announce(h2, 'redis:6101');
    await startRedis(h1, 6101, 'sesame');
    await announce(h1, 'redis:6101', '--mesh-key-file', key);
    const proxying = await proxy(h3, 'redis:7001', '--credentials', file, '--mesh-key-file', key);
    await proxying.line(/found "redis on h1"/);
    // What an announcer would tell on another host is told nobody either.
    const far = ['announce', `redis=${h2.ip}:6101`, '--credentials', file, '--mesh-key-file', key];
    const { code, stderr } = await runAmbassador(h3, far);
    expect([code, stderr]).toEqual([77, expect.stringContaining(`redis at ${h2.ip} proves nothing`)]);
    for (let client = 0; client < 5; client += 1) expect(await askRedis(h3, '7001', ...WHO)).toBe('app');
    const total = /total_connections_received:(\d+)/.exec(await h2.read('redis-cli', ['-p', '6101', 'INFO', 'stats']));
    // The announcer's own check connects, and sends nothing; nobody has sent it a login.
    expect(Number(total?.[1])).toBeGreaterThan(0);
    expect(await h2.read('redis-cli', ['-p', '6101', 'INFO', 'commandstats'])).not.toMatch(/cmdstat_(auth|hello)/);
  },
);

async function startDatabase(host: Host): Promise<void> {
  await startPostgres(host, DATABASE_PORT, { hosts: ['host all app 127.0.0.1/32 scram-sha-256'] });
  await administerPostgres(host, DATABASE_PORT, USERS);
}

/** `up` with these announcements, once all of them are announced. */
async function startUp(host: Host, key: string, announcements: readonly string[]): Promise<HostProcess> {
  const lines = ['announce:', ...announcements.map((entry) => `  - { ${entry} }`)];
  await host.read('tee', ['/run/ambassador.yaml'], { input: `${lines.join('\n')}\n` });
  const started = spawnAmbassador(host, ['up', '--config', '/run/ambassador.yaml', '--mesh-key-file', key]);
  const isAnnounced = (output: string): boolean => (output.match(/^announced /gm) ?? []).length >= announcements.length;
  await started.until(isAnnounced);
  return started;
}
