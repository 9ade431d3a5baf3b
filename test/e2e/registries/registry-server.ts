import type { Host, HostProcess, Peer } from '@mdns-ambassador/testkit';

/** A registry on a host of the lab: its data outlive its process. */
export interface RegistryServer {
  readonly kind: 'zookeeper' | 'etcd';
  readonly needs: readonly Peer[];
  /** Resolves once it can be asked. */
  start(host: Host): Promise<HostProcess>;
  /** What stands behind `--from` and `--to`. */
  address(host: Host, folder: string): string;
  /** What stands below a folder, whatever the order. */
  list(host: Host, folder: string): Promise<readonly string[]>;
  /** Writes an entry that no process holds. */
  write(host: Host, path: string, value: string): Promise<void>;
}

export const JAVA: readonly string[] = ['-Xmx64m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-XX:-UsePerfData'];
export const ZOOKEEPER_CLASSES: readonly string[] = ['-cp', '/etc/zookeeper/conf:/usr/share/java/zookeeper.jar'];
const ZOOKEEPER_PORT = 2181;
const ETCD_PORT = 2379;
/** Of no matter where etcd has no users. */
const ETCD_ROOT = { ETCDCTL_API: '3', ETCDCTL_USER: 'root:root' };

export const ZOOKEEPER: RegistryServer = {
  kind: 'zookeeper',
  needs: ['java', 'zookeeper'],
  start: (host) => startZooKeeper(host),
  address: ({ ip }, folder) => `zookeeper:${ip}:${ZOOKEEPER_PORT}${folder}`,
  async list(host, folder) {
    const said = await askZooKeeper(host, `ls ${folder}`);
    const [, names = ''] = /^\[(.*)\]$/m.exec(said) ?? [];
    return names === '' ? [] : names.split(', ');
  },
  async write(host, path, value) {
    await askZooKeeper(host, `create ${path} '${value}'`);
  },
};

export const ETCD: RegistryServer = {
  kind: 'etcd',
  needs: ['etcd', 'etcdctl'],
  start: (host) => startEtcd(host, '0.0.0.0'),
  address: ({ ip }, folder) => `etcd:http://${ip}:${ETCD_PORT}${folder}`,
  async list(host, folder) {
    const said = await askEtcd(host, ['get', '--prefix', '--keys-only', `${folder}/`]);
    return said.split('\n').filter((line) => line !== '');
  },
  async write(host, path, value) {
    await askEtcd(host, ['put', path, value]);
  },
};

/** Nobody is let in by anything else. */
export const SASL_DEMANDED: readonly string[] = [
  '-Dzookeeper.sessionRequireClientSASLAuth=true',
  '-Dzookeeper.authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider',
];

/** `properties`: of its Java, such as {@link SASL_DEMANDED}. */
export async function startZooKeeper(host: Host, ...properties: readonly string[]): Promise<HostProcess> {
  await host.read('mkdir', ['-p', '/run/zookeeper']);
  const main = 'org.apache.zookeeper.server.ZooKeeperServerMain';
  const words = [...JAVA, ...properties, ...ZOOKEEPER_CLASSES, main, `${ZOOKEEPER_PORT}`, '/run/zookeeper'];
  const server = host.spawn('java', words);
  await untilOpen(host, ZOOKEEPER_PORT);
  return server;
}

/** `address`: where it listens; on 127.0.0.1 it works and no other host reaches it. */
export async function startEtcd(host: Host, address: string): Promise<HostProcess> {
  const url = `http://${address}:${ETCD_PORT}`;
  const places = ['--listen-client-urls', url, '--advertise-client-urls', `http://${host.ip}:${ETCD_PORT}`];
  const server = host.spawn('etcd', ['--data-dir', '/run/etcd', ...places, '--log-outputs', 'stderr']);
  await host.until('etcdctl endpoint health 2>/dev/null', { env: ETCD_ROOT });
  return server;
}

/** Compacts away all of etcd's history: who watched from before is told to begin anew. */
export async function compactEtcd(host: Host): Promise<void> {
  const status = JSON.parse(await askEtcd(host, ['endpoint', 'status', '--write-out', 'json']));
  await askEtcd(host, ['compact', `${status[0].Status.header.revision}`]);
}

export async function askEtcd(host: Host, args: readonly string[]): Promise<string> {
  return await host.read('etcdctl', args, { env: ETCD_ROOT });
}

/** From now on etcd has users: root, and the one of `login`, who may read and write below a folder alone. */
export async function demandEtcdLogin(host: Host, login: string, folder: string): Promise<void> {
  const [user = ''] = login.split(':');
  const steps = [
    `user add ${ETCD_ROOT.ETCDCTL_USER}`,
    'user grant-role root root',
    `user add ${login}`,
    'role add team',
    `role grant-permission --prefix team readwrite ${folder}/`,
    `user grant-role ${user} team`,
    'auth enable',
  ];
  for (const step of steps) await askEtcd(host, step.split(' '));
}

/** A folder of ZooKeeper that is for the user of `login` alone. */
export async function makeDigestFolder(host: Host, login: string, folder: string): Promise<void> {
  const [, parent = ''] = folder.split('/');
  const steps = [
    `addauth digest ${login}`,
    `create /${parent}`,
    `create ${folder}`,
    `setAcl ${folder} auth::cdrwa`,
    'quit',
  ];
  await host.read('java', zooKeeperMain(), { input: `${steps.join('\n')}\n` });
}

async function askZooKeeper(host: Host, command: string): Promise<string> {
  return await host.read('java', [...zooKeeperMain(), ...splitWords(command)]);
}

/** ZooKeeper's own client; without a command it reads some from its standard input. What it is told before it is connected fails. */
function zooKeeperMain(): readonly string[] {
  const main = 'org.apache.zookeeper.ZooKeeperMain';
  return [...JAVA, ...ZOOKEEPER_CLASSES, main, '-server', `127.0.0.1:${ZOOKEEPER_PORT}`, '-waitforconnection'];
}

/** `create /a '{"b": 1}'` in three words. */
function splitWords(command: string): readonly string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

async function untilOpen(host: Host, port: number): Promise<void> {
  await host.until(`ss -Hltn 'sport = :${port}' | grep -q .`);
}
