import { type Host, type HostProcess, POSTGRES_FOLDER } from '@mdns-ambassador/testkit';

const DATA = '/run/postgres/data';
const START_TIMEOUT_MS = 120_000;

export interface PostgresOptions {
  /** It waits for a primary that never comes, and takes no writes until it is promoted. */
  readonly isStandby?: boolean;
  /** Who may log in over the network and how, as lines of pg_hba.conf; everybody of the lab without a password if absent. */
  readonly hosts?: readonly string[];
  /** It speaks TLS with a certificate for this name, which is its own authority: {@link POSTGRES_CERTIFICATE}. */
  readonly tlsName?: string;
}

export const POSTGRES_CERTIFICATE = '/run/postgres/server.crt';
const POSTGRES_KEY = '/run/postgres/server.key';
const EVERYBODY = ['host all all 10.99.0.0/24 trust', 'host all all 127.0.0.1/32 trust', 'host all all ::1/128 trust'];

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
  const access = ['local all all trust', ...(options.hosts ?? EVERYBODY)].join('\n');
  await host.read('sh', ['-c', `echo "${access}" > ${DATA}/pg_hba.conf`]);
  if (options.isStandby === true) await host.read(command, [...rest, 'touch', `${DATA}/standby.signal`]);
  if (options.tlsName !== undefined) await host.read(command, [...rest, 'openssl', ...certify(options.tlsName)]);
  const encryption = [
    '-c',
    'ssl=on',
    '-c',
    `ssl_cert_file=${POSTGRES_CERTIFICATE}`,
    '-c',
    `ssl_key_file=${POSTGRES_KEY}`,
  ];
  const network = ['-p', `${port}`, '-h', '0.0.0.0', '-k', '/run/postgres'];
  const flags = ['-D', DATA, '-F', ...network, ...(options.tlsName === undefined ? [] : encryption)];
  const postgres = host.spawn(command, [...rest, `${POSTGRES_FOLDER}/postgres`, ...flags]);
  await postgres.line(/ready to accept (?:read-only )?connections/, { timeout: START_TIMEOUT_MS });
  return postgres;
}

function certify(name: string): readonly string[] {
  const files = ['-keyout', POSTGRES_KEY, '-out', POSTGRES_CERTIFICATE];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  return [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
    ...subject,
    ...files,
  ];
}
