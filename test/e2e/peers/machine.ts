import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { AMBASSADOR } from '../../ambassador.ts';
import { ADMIN_ADDRESS, askAdmin, readMetric } from '../admin/admin-client.ts';

/** What has gone over the peer links of one process, both ways, and when that was read, in milliseconds since 1970. */
export interface PeerTraffic {
  readonly at: number;
  readonly lines: number;
  readonly bytes: number;
}

/** A line of the log. */
interface Fact {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly msg: string;
  readonly reason?: string;
  readonly endpoint?: { readonly instance?: string; readonly state?: string };
}

interface Loss {
  readonly at: number;
  readonly reason: string;
}

interface Change {
  readonly time: number;
  /** Of the host that offers it. */
  readonly name: string;
  readonly isSeen: boolean;
  readonly reason: string;
}

/** `up` on one host: it announces `thing`, and proxies it, so that it knows who else does. */
export class Machine {
  readonly host: Host;
  readonly process: HostProcess;
  /** When it was started, in milliseconds since 1970. */
  readonly startedAt: number = Date.now();
  #facts: readonly Fact[] = [];

  /** `file`: the configuration. `state`: where it remembers peers. */
  constructor(host: Host, file: string, state: string, args: readonly string[]) {
    const own = ['--config', file, '--admin', ADMIN_ADDRESS, '--log-format', 'json', '--log-level', 'info'];
    this.host = host;
    this.process = host.spawn(process.execPath, [AMBASSADOR, 'up', ...own, ...args], {
      env: { XDG_STATE_HOME: `/run/${state}` },
    });
  }

  /** Since when it has known just these hosts by their `thing`, in milliseconds since 1970; undefined while it does not. */
  sinceItSees(names: readonly string[]): number | undefined {
    const seen = new Set<string>();
    let since: number | undefined;
    for (const { time, name, isSeen } of this.#changes()) {
      if (isSeen) seen.add(name);
      else seen.delete(name);
      const isSame = seen.size === names.length && names.every((one) => seen.has(one));
      since = isSame ? (since ?? time) : undefined;
    }
    return since;
  }

  /** When it lost sight of this host last, in milliseconds since 1970, and why; undefined while it sees it. */
  findLoss(name: string): Loss | undefined {
    let loss: Loss | undefined;
    for (const change of this.#changes()) {
      if (change.name === name) loss = change.isSeen ? undefined : (loss ?? { at: change.time, reason: change.reason });
    }
    return loss;
  }

  /** Waits until it has announced so many services. */
  async announced(services: number): Promise<void> {
    await this.process.until(() => this.#readFacts().filter(({ msg }) => msg === 'announced').length >= services);
  }

  /** Waits until it sees just these. */
  async sees(names: readonly string[]): Promise<number> {
    await this.process.until(() => this.sinceItSees(names) !== undefined);
    return this.sinceItSees(names) ?? Number.NaN;
  }

  async readTraffic(): Promise<PeerTraffic> {
    const { body } = await askAdmin(this.host, '/metrics');
    const sum = (metric: string): number =>
      ['received', 'sent'].reduce((all, way) => {
        const value = readMetric(body, `ambassador_peer_${metric}_total{direction="${way}"}`);
        if (value === undefined) throw new Error(`${this.host.name} has no ${metric} of peers: ${body}`);
        return all + value;
      }, 0);
    return { at: Date.now(), lines: sum('lines'), bytes: sum('bytes') };
  }

  /** Who offers `thing`, by name, each as often as it is listed, and how many of them a peer told of. */
  async listEndpoints(): Promise<{ readonly names: readonly string[]; readonly byPeers: number }> {
    const { body } = await askAdmin(this.host, '/v1/status');
    const status: {
      readonly services: readonly { readonly endpoints: readonly { instance: string; source: string }[] }[];
    } = JSON.parse(body);
    const endpoints = status.services.flatMap((service) => service.endpoints);
    return {
      names: endpoints.map(({ instance }) => instance.replace('thing on ', '')).toSorted(),
      byPeers: endpoints.filter(({ source }) => source === 'peer').length,
    };
  }

  #readFacts(): readonly Fact[] {
    const lines = this.process.stderr.split('\n');
    const fresh = lines.slice(this.#facts.length, -1);
    this.#facts = [...this.#facts, ...fresh.map((line): Fact => JSON.parse(line))];
    return this.#facts;
  }

  #changes(): readonly Change[] {
    return this.#readFacts().flatMap(({ time, msg, endpoint, reason = '' }) => {
      const [, name] = /^thing on (h\d+)$/.exec(endpoint?.instance ?? '') ?? [];
      if (name === undefined || !msg.startsWith('endpoint-')) return [];
      return [{ time, name, reason, isSeen: msg !== 'endpoint-removed' && endpoint?.state !== 'stale' }];
    });
  }
}
