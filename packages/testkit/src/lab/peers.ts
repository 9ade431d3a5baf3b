import { access } from 'node:fs/promises';

/** Somebody else's software that a test runs against. */
export type Peer =
  | 'avahi-browse'
  | 'avahi-daemon'
  | 'avahi-publish'
  | 'chromium'
  | 'curl'
  | 'dbus-daemon'
  | 'docker-compose'
  | 'dockerd'
  | 'faketime'
  | 'haproxy'
  | 'dig'
  | 'dnsmasq'
  | 'etcd'
  | 'etcdctl'
  | 'java'
  | 'mariadb'
  | 'named'
  | 'iptables'
  | 'nft'
  | 'nginx'
  | 'nginx-stream'
  | 'nss-mdns'
  | 'nsupdate'
  | 'openssl'
  | 'php'
  | 'php-redis'
  | 'postgres'
  | 'prometheus'
  | 'promtool'
  | 'psql'
  | 'python3'
  | 'python3-zeroconf'
  | 'redis-cli'
  | 'redis-server'
  | 'pam-systemd'
  | 'systemd'
  | 'systemd-analyze'
  | 'systemd-notify'
  | 'systemd-resolved'
  | 'systemd-socket-activate'
  | 'tmux'
  | 'wine64'
  | 'zookeeper';

interface PeerPackage {
  /** Debian's name. */
  readonly name: string;
  /** Where its software is once it is installed. */
  readonly path: string;
}

/** Debian's own interpreter: another python3 earlier in PATH does not see Debian's modules. */
export const PYTHON = '/usr/bin/python3';

export const POSTGRES_FOLDER = '/usr/lib/postgresql/15/bin';

const PACKAGES: Readonly<Record<Peer, PeerPackage>> = {
  'avahi-browse': { name: 'avahi-utils', path: '/usr/bin/avahi-browse' },
  'avahi-daemon': { name: 'avahi-daemon', path: '/usr/sbin/avahi-daemon' },
  'avahi-publish': { name: 'avahi-utils', path: '/usr/bin/avahi-publish' },
  chromium: { name: 'chromium', path: '/usr/bin/chromium' },
  curl: { name: 'curl', path: '/usr/bin/curl' },
  'dbus-daemon': { name: 'dbus', path: '/usr/bin/dbus-daemon' },
  'docker-compose': { name: 'docker-compose', path: '/usr/bin/docker-compose' },
  dockerd: { name: 'docker.io', path: '/usr/sbin/dockerd' },
  faketime: { name: 'faketime', path: '/usr/bin/faketime' },
  haproxy: { name: 'haproxy', path: '/usr/sbin/haproxy' },
  dig: { name: 'bind9-dnsutils', path: '/usr/bin/dig' },
  dnsmasq: { name: 'dnsmasq-base', path: '/usr/sbin/dnsmasq' },
  etcd: { name: 'etcd-server', path: '/usr/bin/etcd' },
  etcdctl: { name: 'etcd-client', path: '/usr/bin/etcdctl' },
  java: { name: 'default-jre-headless', path: '/usr/bin/java' },
  mariadb: { name: 'mariadb-server', path: '/usr/sbin/mariadbd' },
  named: { name: 'bind9', path: '/usr/sbin/named' },
  iptables: { name: 'iptables', path: '/usr/sbin/iptables' },
  nft: { name: 'nftables', path: '/usr/sbin/nft' },
  'nginx-stream': { name: 'libnginx-mod-stream', path: '/usr/lib/nginx/modules/ngx_stream_module.so' },
  nginx: { name: 'nginx', path: '/usr/sbin/nginx' },
  'nss-mdns': {
    name: 'libnss-mdns',
    path: `/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/libnss_mdns4_minimal.so.2`,
  },
  nsupdate: { name: 'bind9-dnsutils', path: '/usr/bin/nsupdate' },
  openssl: { name: 'openssl', path: '/usr/bin/openssl' },
  php: { name: 'php-cli', path: '/usr/bin/php' },
  'php-redis': { name: 'php-redis', path: '/usr/lib/php/20220829/redis.so' },
  postgres: { name: 'postgresql-15', path: `${POSTGRES_FOLDER}/postgres` },
  prometheus: { name: 'prometheus', path: '/usr/bin/prometheus' },
  promtool: { name: 'prometheus', path: '/usr/bin/promtool' },
  psql: { name: 'postgresql-client-15', path: `${POSTGRES_FOLDER}/psql` },
  python3: { name: 'python3', path: PYTHON },
  'python3-zeroconf': { name: 'python3-zeroconf', path: '/usr/lib/python3/dist-packages/zeroconf' },
  'redis-cli': { name: 'redis-tools', path: '/usr/bin/redis-cli' },
  'redis-server': { name: 'redis-server', path: '/usr/bin/redis-server' },
  'pam-systemd': { name: 'libpam-systemd', path: '/usr/share/pam-configs/systemd' },
  systemd: { name: 'systemd', path: '/lib/systemd/systemd' },
  'systemd-analyze': { name: 'systemd', path: '/usr/bin/systemd-analyze' },
  'systemd-notify': { name: 'systemd', path: '/usr/bin/systemd-notify' },
  'systemd-resolved': { name: 'systemd-resolved', path: '/lib/systemd/systemd-resolved' },
  'systemd-socket-activate': { name: 'systemd', path: '/usr/bin/systemd-socket-activate' },
  tmux: { name: 'tmux', path: '/usr/bin/tmux' },
  wine64: { name: 'wine64', path: '/usr/lib/wine/wine64' },
  zookeeper: { name: 'zookeeper', path: '/usr/share/java/zookeeper.jar' },
};

/** The Debian packages that are to be installed before these peers can be run. */
export async function findMissingPackages(peers: readonly Peer[]): Promise<readonly string[]> {
  const names = await Promise.all(
    peers.map(async (peer) => ((await isPresent(PACKAGES[peer].path)) ? [] : [PACKAGES[peer].name])),
  );
  return [...new Set(names.flat())];
}

async function isPresent(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
