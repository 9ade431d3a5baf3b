import { POSTGRES_FOLDER } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, proxy } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';
import { startPostgres } from '../postgres.ts';

const CLIENT_FLAGS = ['--no-psqlrc', '--tuples-only', '--no-align', '--host', 'localhost', '--username', 'ambassador'];

await labTest(
  'postgres announced on one host answers psql on another',
  { hosts: 2, needs: ['postgres', 'psql'] },
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
