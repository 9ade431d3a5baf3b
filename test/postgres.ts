import { type Host, type HostProcess, POSTGRES_FOLDER } from '@mdns-ambassador/testkit';

const DATA = '/run/postgres/data';
const START_TIMEOUT_MS = 120_000;

export interface PostgresOptions {
  /** It waits for a primary that never comes, and takes no writes until it is promoted. */
  readonly isStandby?: boolean;
}

/** It refuses to run as root: run it as its own user, or, where one may not become another user, seem to be it. */
export async function startPostgres(host: Host, port: number, options: PostgresOptions = {}): Promise<HostProcess> {
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
  if (options.isStandby === true) await host.read(command, [...rest, 'touch', `${DATA}/standby.signal`]);
  const flags = ['-D', DATA, '-p', `${port}`, '-h', '0.0.0.0', '-k', '/run/postgres', '-F'];
  const postgres = host.spawn(command, [...rest, `${POSTGRES_FOLDER}/postgres`, ...flags]);
  await postgres.line(/ready to accept (?:read-only )?connections/, { timeout: START_TIMEOUT_MS });
  return postgres;
}
