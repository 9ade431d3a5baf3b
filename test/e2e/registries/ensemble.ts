import type { Host, HostProcess, Peer } from '@mdns-ambassador/testkit';
import { askEtcd, JAVA, ZOOKEEPER_CLASSES } from './registry-server.ts';

/** Three servers that are one registry, one on each of three hosts. */
export interface Ensemble {
  readonly kind: 'zookeeper' | 'etcd';
  readonly needs: readonly Peer[];
  /** Of every member, in the order of the hosts. Resolves once they have agreed on a leader. */
  start(hosts: readonly Host[]): Promise<readonly HostProcess[]>;
  /** What stands behind `--from` and `--to`. */
  address(hosts: readonly Host[], folder: string): string;
  /** Where clients connect to. */
  readonly port: number;
}

const ZOOKEEPER_PORT = 2181;
const ETCD_PORT = 2379;
const ETCD_PEER_PORT = 2380;

export const ZOOKEEPER_ENSEMBLE: Ensemble = {
  kind: 'zookeeper',
  needs: ['java', 'zookeeper'],
  async start(hosts) {
    const members = hosts.map(({ ip }, index) => `server.${index + 1}=${ip}:2888:3888`).join('\n');
    const config = `tickTime=500\ninitLimit=40\nsyncLimit=20\ndataDir=/run/zookeeper\nclientPort=${ZOOKEEPER_PORT}\nadmin.enableServer=false\n4lw.commands.whitelist=srvr\n${members}\n`;
    const main = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
    const started = await Promise.all(
      hosts.map(async (host, index) => {
        await host.read('mkdir', ['-p', '/run/zookeeper']);
        await host.read('tee', ['/run/zookeeper/myid'], { input: `${index + 1}` });
        await host.read('tee', ['/run/zoo.cfg'], { input: config });
        return host.spawn('java', [...JAVA, ...ZOOKEEPER_CLASSES, main, '/run/zoo.cfg']);
      }),
    );
    const ask = `const socket = require('node:net').connect(${ZOOKEEPER_PORT}, '127.0.0.1'); socket.on('error', () => {}).end('srvr'); socket.pipe(process.stdout)`;
    for (const host of hosts) await host.until(`${process.execPath} -e "${ask}" | grep -q '^Mode: '`);
    return started;
  },
  address: (hosts, folder) => `zookeeper:${hosts.map(({ ip }) => `${ip}:${ZOOKEEPER_PORT}`).join(',')}${folder}`,
  port: ZOOKEEPER_PORT,
};

export const ETCD_ENSEMBLE: Ensemble = {
  kind: 'etcd',
  needs: ['etcd', 'etcdctl'],
  async start(hosts) {
    const cluster = hosts.map(({ name, ip }) => `${name}=http://${ip}:${ETCD_PEER_PORT}`).join(',');
    const started = hosts.map((host) => {
      const clients = `http://0.0.0.0:${ETCD_PORT}`;
      const peers = `http://${host.ip}:${ETCD_PEER_PORT}`;
      return host.spawn('etcd', [
        ...['--name', host.name, '--data-dir', '/run/etcd', '--log-outputs', 'stderr'],
        ...['--listen-client-urls', clients, '--advertise-client-urls', `http://${host.ip}:${ETCD_PORT}`],
        ...['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers, '--initial-cluster', cluster],
      ]);
    });
    for (const host of hosts) {
      await host.until('etcdctl endpoint health 2>/dev/null', { env: { ETCDCTL_API: '3' } });
      await askEtcd(host, ['get', 'nothing']);
    }
    return started;
  },
  address: (hosts, folder) => `etcd:${hosts.map(({ ip }) => `http://${ip}:${ETCD_PORT}`).join(',')}${folder}`,
  port: ETCD_PORT,
};
