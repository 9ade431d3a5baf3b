import { expect } from 'vitest';
import { proxy, runProgram, startProgram } from '../../ambassador.ts';
import {
  administerPostgres,
  askMore,
  askPostgres,
  askUntilTold,
  endLoad,
  interruptEach,
  writeCredentials,
  writeSecret,
} from '../../credentials.ts';
import { labTest } from '../../lab-test.ts';
import { POSTGRES_CERTIFICATE, startPostgres } from '../../postgres.ts';

const PORT = 15432;
const USERS = `
  SET password_encryption = 'scram-sha-256';
  CREATE ROLE app LOGIN PASSWORD 'sesame';
  SET password_encryption = 'md5';
  CREATE ROLE elder LOGIN PASSWORD 'open';
  CREATE DATABASE zoo OWNER app;`;
const HOSTS = [
  'host all app 127.0.0.1/32 scram-sha-256',
  'host all elder 127.0.0.1/32 md5',
  'hostssl all app 10.99.0.0/24 password',
];

await labTest(
  'clients of PostgreSQL log in with a password that they never see',
  { hosts: 2, needs: ['postgres', 'psql', 'openssl'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startPostgres(h1, PORT, { hosts: HOSTS, tlsName: 'db.test' });
    await administerPostgres(h1, PORT, USERS);
    const from = ['--from', `static:127.0.0.1:${PORT}`];
    const app = await writeCredentials(h1, 'app', 'sesame\n', 'protocol: postgres', 'username: app');
    const elder = await writeCredentials(h1, 'elder', 'open', 'protocol: postgres', 'username: elder', 'database: zoo');
    const scram = await proxy(h1, 'postgres:6001', ...from, '--credentials', app);
    await proxy(h1, 'postgres:6002', ...from, '--credentials', elder);

    const whoAndWhere = 'SELECT current_user, current_database()';
    expect(await askPostgres(h1, 6001, whoAndWhere)).toBe('app|postgres');
    expect(await askPostgres(h1, 6002, whoAndWhere)).toBe('elder|zoo');
    expect(await askPostgres(h1, 6001, whoAndWhere, 'sslmode=require')).toContain('server does not support SSL');
    expect(await askPostgres(h1, 6001, "SELECT count(*) FROM generate_series(1, 100000), repeat('x', 10)")).toBe(
      '100000',
    );
    expect(await runProgram(h1, 'pg-client', ['6001'])).toEqual([1, 2, 3, 4].map((n) => ({ who: 'app', n: n * 2 })));
    expect(await runProgram(h1, 'extended-query', ['6001'])).toEqual({
      encryption: 'N',
      types: 'RSKZ12DCZ',
      row: ['app', '42'],
    });

    // The secret changes in the file first, then at the server; no connection fails.
    const load = await startProgram(h1, 'pg-load', '6001');
    await askMore(load);
    await writeSecret(h1, 'app', 'gnarl7');
    await scram.line(/the secret in \/run\/app\.secret has changed/);
    await askMore(load);
    await administerPostgres(h1, PORT, "SET password_encryption = 'scram-sha-256'; ALTER ROLE app PASSWORD 'gnarl7'");
    await askMore(load);
    await endLoad(load);
    expect(await askPostgres(h1, 6001, whoAndWhere)).toBe('app|postgres');

    // At the server alone: the client is told in its own protocol's words, and nobody is told the secret.
    await administerPostgres(h1, PORT, "SET password_encryption = 'scram-sha-256'; ALTER ROLE app PASSWORD 'quirk8'");
    expect(await askPostgres(h1, 6001, whoAndWhere)).toMatch(/FATAL: +ambassador: .* refuses the credentials/);
    await scram.until((output) => output.includes('password authentication failed'));
    expect(scram.output).not.toMatch(/sesame|gnarl7|quirk8/);

    // Over TLS that is verified the server may even ask for clear text.
    const certificate = await h1.read('cat', [POSTGRES_CERTIFICATE]);
    await h2.read('tee', ['/run/ca.crt'], { input: certificate });
    const tls = ['tls: true', 'caFile: /run/ca.crt', 'serverName: db.test'];
    const remote = await writeCredentials(h2, 'remote', 'quirk8', 'protocol: postgres', 'username: app', ...tls);
    const far = ['--from', `static:${h1.ip}:${PORT}`];
    await proxy(h2, 'postgres:6003', ...far, '--credentials', remote);
    expect(await askPostgres(h2, 6003, whoAndWhere)).toBe('app|postgres');
    const other = await writeCredentials(
      h2,
      'other',
      'quirk8',
      'protocol: postgres',
      'username: app',
      ...tls.slice(0, 2),
      'serverName: other.test',
    );
    const wrong = await proxy(h2, 'postgres:6004', ...far, '--credentials', other, '--connect-timeout', '3s');
    expect(await askPostgres(h2, 6004, whoAndWhere)).not.toContain('app|');
    await askUntilTold(wrong, /its certificate is for another name/, () => askPostgres(h2, 6004, whoAndWhere));
  },
);

await labTest(
  "psql's Ctrl-C cancels its own query among two endpoints, with credentials and without",
  { hosts: 3, needs: ['postgres', 'psql'] },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    const servers = [h1, h2];
    await Promise.all(servers.map((host) => startPostgres(host, PORT)));
    const from = ['--from', `static:${h1.ip}:${PORT},${h2.ip}:${PORT}`, '--balance', 'round-robin'];
    const credentials = await writeCredentials(h3, 'owner', 'none', 'protocol: postgres', 'username: ambassador');
    await proxy(h3, 'postgres:6001', ...from, '--credentials', credentials, '--insecure-inject');
    await proxy(h3, 'postgres:6002', ...from);

    for (const port of [6001, 6002]) await interruptEach(h3, port, servers, PORT);
  },
);
