import { type Host, type HostProcess, POSTGRES_FOLDER } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, proxy } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';

const DATA = '/run/postgres/data';
const CLIENT_FLAGS = ['--no-psqlrc', '--tuples-only', '--no-align', '--host', 'localhost', '--username', 'ambassador'];
const START_TIMEOUT_MS = 60_000;

await labTest(
  'postgres announced on one host answers psql on another',
  { hosts: 2, needs: ['postgres', 'psql'], timeout: 120_000 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startPostgres(h1, 15432);
    await announce(h1, 'postgres:15432');
    await proxy(h2, 'postgres');
    const ask = async (sql: string): Promise<string> =>
      await h2.read(`${POSTGRES_FOLDER}/psql`, [...CLIENT_FLAGS, '--dbname', 'postgres', '--command', sql]);

    expect(await ask('SELECT 6 * 7')).toBe('42\n');
    await ask('CREATE TABLE animals AS SELECT n, md5(n::text) AS name FROM generate_series(1, 100000) AS n');
    expect(await ask('SELECT count(*), sum(length(name)) FROM animals')).toBe('100000|3200000\n');
    expect((await ask('SELECT name FROM animals')).length).toBe(3_300_000);
  },
);

/** It refuses to run as root: run it as its own user, or, where one may not become another user, seem to be it. */
async function startPostgres(host: Host, port: number): Promise<HostProcess> {
  const isRoot = process.getuid?.() === 0;
  const asOther = isRoot
    ? ['setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--clear-groups', '--pdeathsig', 'KILL']
    : ['unshare', '--user', '--map-user=postgres', '--map-group=postgres'];
  const [command = '', ...rest] = asOther;
  await host.read('mkdir', ['/run/postgres']);
  if (isRoot) {
    await host.read('chown', ['postgres', '/run/postgres']);
  }
  const initialize = ['--pgdata', DATA, '--username', 'ambassador', '--auth', 'trust', '--no-sync'];
  await host.read(command, [...rest, `${POSTGRES_FOLDER}/initdb`, ...initialize], { timeout: START_TIMEOUT_MS });
  await host.read('sh', ['-c', `echo "host all all 10.99.0.0/24 trust" >> ${DATA}/pg_hba.conf`]);
  const flags = ['-D', DATA, '-p', `${port}`, '-h', '0.0.0.0', '-k', '/run/postgres', '-F'];
  const postgres = host.spawn(command, [...rest, `${POSTGRES_FOLDER}/postgres`, ...flags]);
  await postgres.line(/ready to accept connections/, { timeout: START_TIMEOUT_MS });
  return postgres;
}
