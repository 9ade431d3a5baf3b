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

export const ZOOKEEPER: RegistryServer = {
  kind: 'zookeeper',
  needs: ['java', 'zookeeper'],
  async start(host) {
    await host.read('mkdir', ['-p', '/run/zookeeper']);
    const main = 'org.apache.zookeeper.server.ZooKeeperServerMain';
    const server = host.spawn('java', [...JAVA, ...ZOOKEEPER_CLASSES, main, `${ZOOKEEPER_PORT}`, '/run/zookeeper']);
    await untilOpen(host, ZOOKEEPER_PORT);
    return server;
  },
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

/** `address`: where it listens; on 127.0.0.1 it works and no other host reaches it. */
export async function startEtcd(host: Host, address: string): Promise<HostProcess> {
  const url = `http://${address}:${ETCD_PORT}`;
  const places = ['--listen-client-urls', url, '--advertise-client-urls', `http://${host.ip}:${ETCD_PORT}`];
  const server = host.spawn('etcd', ['--data-dir', '/run/etcd', ...places, '--log-outputs', 'stderr']);
  await host.until('etcdctl endpoint health 2>/dev/null', { env: { ETCDCTL_API: '3' } });
  return server;
}

/** Compacts away all of etcd's history: who watched from before is told to begin anew. */
export async function compactEtcd(host: Host): Promise<void> {
  const status = JSON.parse(await askEtcd(host, ['endpoint', 'status', '--write-out', 'json']));
  await askEtcd(host, ['compact', `${status[0].Status.header.revision}`]);
}

export async function askEtcd(host: Host, args: readonly string[]): Promise<string> {
  return await host.read('etcdctl', args, { env: { ETCDCTL_API: '3' } });
}

async function askZooKeeper(host: Host, command: string): Promise<string> {
  const main = 'org.apache.zookeeper.ZooKeeperMain';
  const place = ['-server', `127.0.0.1:${ZOOKEEPER_PORT}`];
  return await host.read('java', [...JAVA, ...ZOOKEEPER_CLASSES, main, ...place, ...splitWords(command)]);
}

/** `create /a '{"b": 1}'` in three words. */
function splitWords(command: string): readonly string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

async function untilOpen(host: Host, port: number): Promise<void> {
  await host.until(`ss -Hltn 'sport = :${port}' | grep -q .`);
}
