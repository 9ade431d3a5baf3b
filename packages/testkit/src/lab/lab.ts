import { findAccess } from './access.ts';
import { Host } from './host.ts';
import { Namespace } from './namespace.ts';

const MAX_HOSTS = 200;
/** Of one host, in a report: a condition that is waited for fails often. */
const MOST_FAILED = 10;

/** Nobody has it; a default route is what a host of an ordinary LAN has. */
const GATEWAY = 254;

export interface LabOptions {
  /** How many hosts the LAN has at first. */
  readonly hosts: number;
  /** Default: true. */
  readonly defaultRoute?: boolean;
}

/** The kernel gives an interface its IPv6 address when it has noticed the carrier, which may take it a second. */
const AWAIT_LINK_LOCAL = `
[ "$(cat "/proc/sys/net/ipv6/conf/$1/disable_ipv6" 2>/dev/null)" = 0 ] || exit 0
until ip -6 -oneline address show dev "$1" scope link | grep -q inet6; do sleep 0.01; done`;

/**
 * A LAN of hosts made of Linux network namespaces, joined by a bridge that lives in a namespace of its own, where no
 * firewall of the machine reaches it. Each host has its own name, /run and /etc/hosts, and no name server. Needs root, or a
 * kernel that lets ordinary users open user namespaces.
 */
export class Lab implements AsyncDisposable {
  readonly hosts: readonly Host[];
  readonly #switch: Namespace;
  readonly #namespaces: ReadonlyMap<Host, Namespace>;
  readonly #bridges = new Set<string>();

  private constructor(bridge: Namespace, namespaces: ReadonlyMap<Host, Namespace>) {
    this.#switch = bridge;
    this.#namespaces = namespaces;
    this.hosts = [...namespaces.keys()];
  }

  /** Why there can be no lab on this machine, or undefined if there can be. */
  static async unavailable(): Promise<string | undefined> {
    const found = await findAccess();
    return found.kind === 'unavailable' ? found.reason : undefined;
  }

  /** Hosts h1, h2 ... with eth0 on 10.99.0.1, 10.99.0.2 ... and their IPv6 link-local addresses. */
  static async create(options: LabOptions): Promise<Lab> {
    const found = await findAccess();
    if (found.kind === 'unavailable') {
      throw new Error(found.reason);
    }
    if (options.hosts < 1 || options.hosts > MAX_HOSTS) {
      throw new RangeError(`a lab has 1 to ${MAX_HOSTS} hosts, not ${options.hosts}`);
    }
    const isRootless = found.kind === 'rootless';
    const bridge = await Namespace.create('switch', isRootless);
    const namespaces = new Map<Host, Namespace>();
    const lab = (): Lab => new Lab(bridge, namespaces);
    try {
      const numbers = Array.from({ length: options.hosts }, (_, index) => index + 1);
      const made = await Promise.allSettled(
        numbers.map((number) => Namespace.create(`h${number}`, isRootless, bridge)),
      );
      for (const [index, result] of made.entries()) {
        if (result.status === 'fulfilled') {
          namespaces.set(new Host(`h${index + 1}`, `10.99.0.${index + 1}`, result.value), result.value);
        }
      }
      const failed = made.find((result) => result.status === 'rejected');
      if (failed) {
        throw failed.reason;
      }
      const lan = lab();
      await lan.#join(lan.hosts, 0);
      if (options.defaultRoute ?? true) {
        const route = ['route', 'add', 'default', 'via', `10.99.0.${GATEWAY}`];
        await Promise.all([...namespaces.values()].map((namespace) => namespace.configure('ip', route)));
      }
      return lan;
    } catch (error) {
      await lab().close();
      throw error;
    }
  }

  /** The host numbered `number`, from 1. */
  host(number: number): Host {
    const host = this.hosts[number - 1];
    if (!host) {
      throw new RangeError(`there is no host h${number}`);
    }
    return host;
  }

  /** Pulls the cable: the host's eth0 loses its carrier, nobody is told anything. */
  async unplug(host: Host): Promise<void> {
    await this.#switch.configure('ip', ['link', 'set', portOf(host, 0), 'down']);
  }

  /** Puts the cable back. */
  async plug(host: Host): Promise<void> {
    await this.#switch.configure('ip', ['link', 'set', portOf(host, 0), 'up']);
  }

  /** Joins the hosts by another LAN, 10.99.`number`.0/24 on their interface eth`number`. */
  async addLink(hosts: readonly Host[], number = 1): Promise<void> {
    await this.#join(hosts, number);
  }

  /** The switch passes no multicast on, to the host or from it, as some access points do. Needs nftables. */
  async blockMulticast(host: Host): Promise<void> {
    await this.#drop(host, 'meta pkttype multicast');
  }

  /** The switch passes nothing on to the host, or from it, of the mDNS groups alone, as one that snoops and lost their members. Needs nftables. */
  async pruneGroups(host: Host): Promise<void> {
    await this.#drop(host, 'ether daddr { 01:00:5e:00:00:fb, 33:33:00:00:00:fb }');
  }

  /** The switch passes nothing between hosts that are isolated, as an access point with client isolation. */
  async isolate(host: Host, isIsolated: boolean): Promise<void> {
    const state = isIsolated ? 'on' : 'off';
    await this.#switch.configure('ip', ['link', 'set', portOf(host, 0), 'type', 'bridge_slave', 'isolated', state]);
  }

  /** The switch loses this share of the host's frames in each direction. Needs nftables. */
  async loseFrames(host: Host, percent: number): Promise<void> {
    await this.#drop(host, `numgen random mod 100 < ${percent}`);
  }

  /** The switch passes nothing between these hosts and the others, until `reunite`. Needs nftables. */
  async part(hosts: readonly Host[]): Promise<void> {
    const ports = hosts.map((host) => portOf(host, 0)).join(', ');
    const rules = `
      add table bridge parts
      add chain bridge parts forward { type filter hook forward priority 0; }
      add rule bridge parts forward iifname { ${ports} } oifname != { ${ports} } drop
      add rule bridge parts forward iifname != { ${ports} } oifname { ${ports} } drop
    `;
    await this.#switch.configure('nft', ['-f', '-'], rules);
  }

  /** Undoes `part`. */
  async reunite(): Promise<void> {
    await this.#switch.configure('nft', ['delete', 'table', 'bridge', 'parts']);
  }

  /** Undoes every `blockMulticast`, `pruneGroups` and `loseFrames`. */
  async passAllFrames(): Promise<void> {
    await this.#switch.configure('nft', ['delete', 'table', 'bridge', 'lab']);
  }

  /** What every process on every host has said, and how it ended, for the report of a failed test; of what was only run, where it failed. */
  transcript(linesEach = 60): string {
    const shorten = (text: string): string => text.split('\n').slice(-linesEach).join('\n');
    const spawned = this.hosts.flatMap((host) => host.spawned);
    return [
      ...spawned.map(({ outcome, output }) => `${outcome}\n${shorten(output)}`),
      ...this.hosts.flatMap((host) => host.failed.slice(-MOST_FAILED).map(shorten)),
    ].join('\n');
  }

  /** The ids of processes that run inside the lab: after `close`, none. */
  async processes(): Promise<readonly number[]> {
    const inside = await Promise.all(this.#everyNamespace().map((namespace) => namespace.processes()));
    return inside.flat();
  }

  /** Kills every process on every host and gives the namespaces back. Idempotent. */
  async close(): Promise<void> {
    await Promise.all([...this.#namespaces.values()].map((namespace) => namespace.close()));
    await this.#switch.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #join(hosts: readonly Host[], number: number): Promise<void> {
    const bridge = `br${number}`;
    const laid: string[] = [];
    if (!this.#bridges.has(bridge)) {
      this.#bridges.add(bridge);
      laid.push(`link add ${bridge} type bridge mcast_snooping 0`, `link set ${bridge} up`);
    }
    for (const host of hosts) {
      const port = portOf(host, number);
      const namespace = this.#namespaceOf(host);
      laid.push(
        `link add ${port} type veth peer name eth${number} netns ${namespace.pid}`,
        `link set ${port} master ${bridge} up`,
      );
    }
    await this.#switch.configure('ip', ['-batch', '-'], `${laid.join('\n')}\n`);
    await Promise.all(
      hosts.map(async (host) => {
        const address = `10.99.${number}.${host.name.slice(1)}/24`;
        const commands = [`addr add ${address} brd + dev eth${number}`, `link set eth${number} up`];
        const namespace = this.#namespaceOf(host);
        await namespace.configure('ip', ['-batch', '-'], `${commands.join('\n')}\n`);
        await namespace.configure('sh', ['-c', AWAIT_LINK_LOCAL, 'sh', `eth${number}`]);
      }),
    );
  }

  async #drop(host: Host, match: string): Promise<void> {
    const port = portOf(host, 0);
    const rules = `
      add table bridge lab
      add chain bridge lab forward { type filter hook forward priority 0; }
      add rule bridge lab forward iifname ${port} ${match} drop
      add rule bridge lab forward oifname ${port} ${match} drop
    `;
    await this.#switch.configure('nft', ['-f', '-'], rules);
  }

  #namespaceOf(host: Host): Namespace {
    const namespace = this.#namespaces.get(host);
    if (!namespace) {
      throw new Error(`${host.name} is a host of another lab`);
    }
    return namespace;
  }

  #everyNamespace(): readonly Namespace[] {
    return [this.#switch, ...this.#namespaces.values()];
  }
}

function portOf(host: Host, number: number): string {
  return `${host.name}-${number}`;
}
