import { type Host, POSTGRES_FOLDER } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, runAmbassador, spawnAmbassador } from '../../ambassador.ts';
import { follow } from '../../follow.ts';
import { prepareResolved, RESOLVED_NEEDS, runResolved } from '../../interop/peers/resolved.ts';
import { labTest } from '../../lab-test.ts';
import { startPostgres } from '../../postgres.ts';

const CLIENT_FLAGS = ['--no-psqlrc', '--tuples-only', '--no-align', '--username', 'ambassador', '--dbname', 'postgres'];
/** Who comes and goes is known at once; systemd-resolved keeps an answer for its TTL, which is 5 s, and "there is none" for one. */
const KNOWN_MS = 1_000;
const TTL_MS = 5_000;
const NEGATIVE_MS = 1_000;
const DROP_IN = '/etc/systemd/resolved.conf.d/ambassador.internal.conf';

/** Whatever is written under /etc/systemd is this host's alone. */
async function prepareHost(host: Host): Promise<void> {
  await host.read('mount', ['-t', 'tmpfs', 'tmpfs', '/etc/systemd']);
  await prepareResolved(host, '[Resolve]\nLLMNR=no\nFallbackDNS=\n');
  await host.read('sh', ['-c', 'echo nameserver 127.0.0.53 > /run/resolv.conf']);
}

await labTest(
  'psql reaches two databases on one port by their names, through systemd-resolved',
  { hosts: 3, needs: ['postgres', 'psql', ...RESOLVED_NEEDS] },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    await Promise.all([startPostgres(h1, 15432), startPostgres(h2, 15432), prepareHost(h3)]);
    await Promise.all([
      announce(h1, 'a:15432', '--check', 'none'),
      announce(h2, 'b:15432', '--check', 'none'),
      announce(h2, 'c:15432', '--check', 'none'),
      announce(h1, 'd:15432', '--check', 'none'),
    ]);
    const named = spawnAmbassador(h3, ['proxy', 'a:5432', 'b:5432', '--dns']);
    await named.line(/answering DNS/);
    const other = spawnAmbassador(h3, ['proxy', 'c:5432', '--dns']);
    await other.line(/another ambassador answers DNS for ambassador\.internal on 127\.0\.0\.1:5355/);

    // No systemd runs here that could restart it: the file is written, and what remains is said.
    let resolved = await runResolved(h3);
    const written = await runAmbassador(h3, ['dns', '--install', '--write']);
    expect(written).toMatchObject({ code: 69, stderr: expect.stringContaining('systemctl restart systemd-resolved') });
    expect(await h3.read('cat', [DROP_IN])).toMatch(/^DNS=127\.0\.0\.1:5355\nDomains=~ambassador\.internal$/m);
    await resolved.stop('SIGTERM');
    resolved = await runResolved(h3);

    const ask = async (name: string): Promise<string> =>
      await h3.read(`${POSTGRES_FOLDER}/psql`, [...CLIENT_FLAGS, '-h', name, '-c', 'SELECT inet_server_addr()']);
    const both = await Promise.all([ask('a.ambassador.internal'), ask('b.ambassador.internal')]);
    expect(both).toEqual([`${h1.ip}\n`, `${h2.ip}\n`]);
    const address = async (name: string): Promise<string> => (await h3.run('getent', ['hosts', name])).stdout;
    expect(await address('a.ambassador.internal')).toMatch(/^127\.87\.216\.221\s/);
    expect(await address('b.ambassador.internal')).toMatch(/^127\.93\.233\.184\s/);

    // What is not proxied leads to where it is, and is gone when it leaves.
    expect(await address('web.ambassador.internal')).toBe('');
    const leaving = await announce(h1, 'web:3000', '--check', 'none');
    const isThere = async (): Promise<boolean> => (await address('web.ambassador.internal')).startsWith(`${h1.ip} `);
    const come = await follow(isThere, true);
    expect(come.ms).toBeLessThan(KNOWN_MS + NEGATIVE_MS + come.lateMs);
    leaving.kill('SIGTERM');
    const gone = await follow(() => address('web.ambassador.internal'), '');
    expect(gone.ms).toBeLessThan(KNOWN_MS + TTL_MS + gone.lateMs);

    // Each process tells of what the other proxies, and the second takes the place of the first.
    expect(await ask('c.ambassador.internal')).toBe(`${h2.ip}\n`);
    const atC = await address('c.ambassador.internal');
    expect(atC).toMatch(/^127\./);

    // A command of run is told the names; where another process has the address, what leads to its own proxy.
    const told = 'echo "$D_URL $C_HOST"; exec "$0" "$@" -h "$D_HOST" -p "$D_PORT" -c "SELECT inet_server_addr()"';
    const client = ['sh', '-c', told, `${POSTGRES_FOLDER}/psql`, ...CLIENT_FLAGS];
    const ran = await runAmbassador(h3, ['run', 'd:5432', 'c:5432', '--dns', '--', ...client]);
    expect(ran.stdout, ran.stderr).toBe(`tcp://d.ambassador.internal:5432 127.0.0.1\n${h1.ip}\n`);
    expect(ran.stderr).toMatch(
      /the command finds c at 127\.0\.0\.1:\d+, not as c\.ambassador\.internal, for 127\..* is taken/,
    );
    expect(await address('c.ambassador.internal')).toBe(atC);

    await named.stop('SIGTERM');
    await other.line(/answering DNS for/);
    await expect.poll(() => address('a.ambassador.internal')).toMatch(new RegExp(`^${h1.ip}\\s`));
    expect(await address('c.ambassador.internal')).toBe(atC);

    expect(await runAmbassador(h3, ['dns', '--uninstall', '--write'])).toMatchObject({ code: 69 });
    expect((await h3.run('ls', ['/etc/systemd/resolved.conf.d'])).code).not.toBe(0);
    expect(await runAmbassador(h3, ['dns', '--uninstall', '--write'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nothing to take back'),
    });
  },
);
