import { type SimulatedHost, SimulatedLan } from '@mdns-ambassador/testkit';
import { describe, expect, it } from 'vitest';

const TYPE = '_redis._tcp';
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** A crashed host's SRV and address records end after this (RFC 6762 10). */
const HOST_TTL_MS = 120 * SECOND_MS;

/** RFC 6762 5.2 and 6: the first question waits, and so does the answer to it. */
const MAX_DELAY_MS = 120;

function serviceNameOf(host: SimulatedHost): string {
  return `redis on ${host.name}`;
}

function serve(host: SimulatedHost): void {
  host.node.publish({ name: serviceNameOf(host), type: TYPE, port: 6379 });
  host.watch(TYPE);
}

function liveNames(lan: SimulatedLan): readonly string[] {
  return lan.hosts
    .filter(({ isUp }) => isUp)
    .map(serviceNameOf)
    .toSorted();
}

/** Hosts and what is wrong with what they know; empty when everybody knows everybody alive and nobody dead. */
function listErrors(lan: SimulatedLan): readonly string[] {
  const live = new Set(liveNames(lan));
  return lan.hosts
    .filter(({ isUp }) => isUp)
    .flatMap((host) => {
      const known = new Set(host.knownNames(TYPE));
      const missing = [...live].filter((name) => !known.has(name)).map((name) => `${host.name} misses ${name}`);
      const dead = [...known].filter((name) => !live.has(name)).map((name) => `${host.name} keeps ${name}`);
      return [...missing, ...dead];
    });
}

describe('a simulated LAN', () => {
  it('of 20 hosts that come, leave, crash and return, with a tenth of all packets lost, agrees after an hour', async () => {
    await using lan = await SimulatedLan.create({ hosts: 20, loss: 0.1, seed: 7 });
    for (const host of lan.hosts) serve(host);
    await lan.run(10 * SECOND_MS);
    const counts = { left: 0, crashed: 0, started: 0 };
    const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(lan.random() * from.length)];
    const end = lan.clock.now() + HOUR_MS - 2 * HOST_TTL_MS;
    while (lan.clock.now() < end) {
      await lan.run((5 + 30 * lan.random()) * SECOND_MS);
      const chance = lan.random();
      const up = pick(lan.hosts.filter(({ isUp }) => isUp));
      const down = pick(lan.hosts.filter(({ isUp }) => !isUp));
      if (chance < 0.25 && up !== undefined) {
        await up.leave();
        counts.left++;
      } else if (chance < 0.5 && up !== undefined) {
        up.crash();
        counts.crashed++;
      } else if (down !== undefined) {
        await down.start();
        serve(down);
        counts.started++;
      }
    }
    await lan.run(2 * HOST_TTL_MS);
    expect(listErrors(lan)).toEqual([]);
    expect(liveNames(lan).length).toBeGreaterThan(5);
    expect(Math.min(counts.left, counts.crashed, counts.started)).toBeGreaterThan(10);
  });

  it('finds what is there within the delays of the first question and of its answer', async () => {
    const delays: number[] = [];
    for (let seed = 1; seed <= 40; seed++) {
      await using lan = await SimulatedLan.create({ hosts: 2, seed });
      const [server, client] = lan.hosts;
      server?.node.publish({ name: 'redis', type: TYPE, port: 6379 });
      await lan.run(30 * SECOND_MS);
      const asked = lan.clock.now();
      client?.node.browse({ type: TYPE }, () => delays.push(lan.clock.now() - asked));
      await lan.run(10 * SECOND_MS);
    }
    const sorted = delays.toSorted((a, b) => a - b);
    expect(sorted).toHaveLength(40);
    expect(sorted.at(-1)).toBeLessThanOrEqual(2 * MAX_DELAY_MS + 5);
  });

  it('announces within 50 ms of what probing takes', async () => {
    const delays: number[] = [];
    for (let seed = 1; seed <= 40; seed++) {
      await using lan = await SimulatedLan.create({ hosts: 1, seed });
      const [host] = lan.hosts;
      host?.node.publish({ name: 'redis', type: TYPE, port: 6379 }, ({ kind }) => {
        if (kind === 'announced') delays.push(lan.clock.now());
      });
      await lan.run(5 * SECOND_MS);
    }
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(750);
    expect(Math.max(...delays)).toBeLessThanOrEqual(1_050);
  });

  it('that is cut in two forgets the other half, and knows it again after it was healed', async () => {
    await using lan = await SimulatedLan.create({ hosts: 10, seed: 3 });
    for (const host of lan.hosts) serve(host);
    await lan.run(10 * SECOND_MS);
    expect(listErrors(lan)).toEqual([]);
    const [left, right] = [lan.hosts.slice(0, 5), lan.hosts.slice(5)];
    lan.partition(left, right);
    await lan.run(HOST_TTL_MS + 10 * SECOND_MS);
    for (const host of left) expect(host.knownNames(TYPE)).toEqual(left.map(serviceNameOf).toSorted());
    for (const host of right) expect(host.knownNames(TYPE)).toEqual(right.map(serviceNameOf).toSorted());
    lan.heal();
    await lan.run(6 * MINUTE_MS);
    expect(listErrors(lan)).toEqual([]);
  });

  it('on which two halves took one name ends with two names after it was healed', async () => {
    await using lan = await SimulatedLan.create({ hosts: 2, seed: 4 });
    const [one, two] = lan.hosts;
    if (one === undefined || two === undefined) throw new Error('two hosts were asked for');
    lan.partition([one], [two]);
    const publications = [one, two].map((host) => host.node.publish({ name: 'redis', type: TYPE, port: 6379 }));
    await lan.run(10 * SECOND_MS);
    expect(publications.map(({ name }) => name)).toEqual(['redis', 'redis']);
    lan.heal();
    for (const host of lan.hosts) host.watch(TYPE);
    await lan.run(MINUTE_MS);
    expect(publications.map(({ name }) => name).toSorted()).toEqual(['redis', 'redis (2)']);
    for (const host of lan.hosts) expect(host.knownNames(TYPE)).toEqual(['redis', 'redis (2)']);
  });
});
