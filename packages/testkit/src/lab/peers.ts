import { isExecutable, runCommand } from './command.ts';

/** Somebody else's software that a test runs against. */
export type Peer =
  | 'avahi-browse'
  | 'avahi-daemon'
  | 'avahi-publish'
  | 'curl'
  | 'dbus-daemon'
  | 'nft'
  | 'postgres'
  | 'psql'
  | 'python3'
  | 'python3-zeroconf'
  | 'redis-cli'
  | 'redis-server';

type Presence =
  | { readonly kind: 'program'; readonly path: string }
  | { readonly kind: 'python'; readonly module: string };

interface PeerPackage {
  /** Debian's name. */
  readonly name: string;
  readonly presence: Presence;
}

/** Debian's own interpreter: another python3 earlier in PATH does not see Debian's modules. */
export const PYTHON = '/usr/bin/python3';

export const POSTGRES_FOLDER = '/usr/lib/postgresql/15/bin';

const PACKAGES: Readonly<Record<Peer, PeerPackage>> = {
  'avahi-daemon': program('avahi-daemon', '/usr/sbin/avahi-daemon'),
  'avahi-browse': program('avahi-utils', '/usr/bin/avahi-browse'),
  'avahi-publish': program('avahi-utils', '/usr/bin/avahi-publish'),
  curl: program('curl', '/usr/bin/curl'),
  'dbus-daemon': program('dbus', '/usr/bin/dbus-daemon'),
  nft: program('nftables', '/usr/sbin/nft'),
  postgres: program('postgresql-15', `${POSTGRES_FOLDER}/postgres`),
  psql: program('postgresql-client-15', `${POSTGRES_FOLDER}/psql`),
  python3: program('python3', PYTHON),
  'python3-zeroconf': { name: 'python3-zeroconf', presence: { kind: 'python', module: 'zeroconf' } },
  'redis-cli': program('redis-tools', '/usr/bin/redis-cli'),
  'redis-server': program('redis-server', '/usr/bin/redis-server'),
};

/** The Debian packages that are to be installed before these peers can be run. */
export async function findMissingPackages(peers: readonly Peer[]): Promise<readonly string[]> {
  const names = new Set<string>();
  for (const peer of peers) {
    const wanted = PACKAGES[peer];
    if (!(await isPresent(wanted.presence))) {
      names.add(wanted.name);
    }
  }
  return [...names];
}

function program(name: string, path: string): PeerPackage {
  return { name, presence: { kind: 'program', path } };
}

async function isPresent(presence: Presence): Promise<boolean> {
  switch (presence.kind) {
    case 'program':
      return await isExecutable(presence.path);
    case 'python':
      return (await isExecutable(PYTHON)) && (await runCommand(PYTHON, ['-c', `import ${presence.module}`])).code === 0;
    default:
      return presence satisfies never;
  }
}
