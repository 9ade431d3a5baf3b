import type { SimulatedHost } from './simulated-host.ts';
import type { SimulatedLan, Traffic } from './simulated-lan.ts';

const SECOND_MS = 1_000;

export interface CrowdOptions {
  readonly hosts: number;
  /** Each host publishes one service of each. */
  readonly types: readonly string[];
  /** How many of the hosts browse all types; default: every one. */
  readonly browsers?: number;
  /** They come at random times within this span of virtual time. */
  readonly withinMs: number;
}

/** What a stretch of virtual time cost. */
export interface Rate {
  readonly packetsPerSecond: number;
  readonly bytesPerSecond: number;
}

/** Lets hosts join a LAN that all have something to offer; resolves when the last has come. */
export async function joinCrowd(lan: SimulatedLan, options: CrowdOptions): Promise<void> {
  const { hosts, types, browsers = hosts, withinMs } = options;
  const start = lan.clock.now();
  const times = Array.from({ length: hosts }, () => start + withinMs * lan.random()).sort((a, b) => a - b);
  for (const [index, at] of times.entries()) {
    await lan.run(Math.max(0, at - lan.clock.now()));
    const host = await lan.addHost();
    for (const type of types) {
      host.node.publish({ name: nameInCrowd(host, type), type, port: 80 });
      if (index < browsers) host.watch(type);
    }
  }
}

export function nameInCrowd(host: SimulatedHost, type: string): string {
  return `${type} on ${host.name}`;
}

/** How many instances those who browse do not know, or take to be there though their host is down, all together. */
export function countErrors(
  lan: SimulatedLan,
  types: readonly string[],
  among: readonly SimulatedHost[] = lan.hosts,
): number {
  const up = among.filter(({ isUp }) => isUp);
  let errors = 0;
  for (const type of types) {
    const names = new Set(up.map((host) => nameInCrowd(host, type)));
    for (const host of up) {
      if (!host.isWatching(type)) continue;
      const known = host.known(type);
      const missing = [...names].filter((name) => !known.has(name)).length;
      errors += missing + known.size - (names.size - missing);
    }
  }
  return errors;
}

/** Runs the LAN and tells what was sent meanwhile. */
export async function measureTraffic(lan: SimulatedLan, ms: number): Promise<Rate> {
  const before: Traffic = lan.traffic;
  await lan.run(ms);
  const seconds = ms / SECOND_MS;
  return {
    packetsPerSecond: (lan.traffic.packets - before.packets) / seconds,
    bytesPerSecond: (lan.traffic.bytes - before.bytes) / seconds,
  };
}
