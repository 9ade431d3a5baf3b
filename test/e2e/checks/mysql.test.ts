import type { Host } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, proxy } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';

const FOLDER = '/run/mariadb';
const SOCKET = `${FOLDER}/socket`;
/** The server's default is 100. */
const MAX_CONNECT_ERRORS = 5;
const FAST = ['--check-interval', '100ms'];

await labTest(
  'looks at a MariaDB are no errors of the host that they come from, at either end: it goes on answering',
  { hosts: 2, needs: ['mariadb'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const ask = await startMariadb(h1, [h1, h2]);
    await announce(h1, 'mysql:13306', '--relay', ...FAST);
    await proxy(h2, 'mysql', '--from', `static:${h1.ip}:13306`, '--check', 'mysql', ...FAST);

    const counted = 'select count(*) from performance_schema.host_cache where count_authentication_errors >';
    await expect.poll(() => ask(`${counted} ${3 * MAX_CONNECT_ERRORS}`)).toBe('2\n');
    expect(
      await ask('select sum(sum_connect_errors), sum(count_host_blocked_errors) from performance_schema.host_cache'),
    ).toBe('0\t0\n');
    const client = [
      '--no-defaults',
      '--skip-ssl',
      '-uapp',
      '-ppw',
      '-h127.0.0.1',
      '-P3306',
      '-N',
      '-e',
      'select "answered"',
    ];
    expect(await h2.read('mariadb', client)).toBe('answered\n');
  },
);

/** Runs on the LAN's address, for loopback is never blocked; resolves with what asks it as its root. */
async function startMariadb(host: Host, known: readonly Host[]): Promise<(sql: string) => Promise<string>> {
  // A host without a name is not remembered, and so never blocked.
  const names = known.map(({ ip, name }) => `${ip} ${name}`).join('\n');
  await host.read('sh', [
    '-c',
    `printf '127.0.0.1 localhost\n${names}\n' >/run/hosts; mount --bind /run/hosts /etc/hosts`,
  ]);
  await host.read('mkdir', [FOLDER]);
  const data = ['--no-defaults', '--user=root', `--datadir=${FOLDER}/data`];
  await host.read('mariadb-install-db', [...data, '--skip-test-db', '--auth-root-authentication-method=normal']);
  const place = [`--socket=${SOCKET}`, `--pid-file=${FOLDER}/pid`, `--bind-address=${host.ip}`, '--port=13306'];
  const limits = [`--max-connect-errors=${MAX_CONNECT_ERRORS}`, '--performance-schema=ON'];
  await host.spawn('mariadbd', [...data, ...place, ...limits]).line(/ready for connections/);
  const ask = (sql: string): Promise<string> =>
    host.read('mariadb', ['--no-defaults', '-uroot', `-S${SOCKET}`, '-N', '-e', sql]);
  await ask("create user app@'%' identified by 'pw'");
  return ask;
}
