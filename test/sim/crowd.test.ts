import type { Publication } from '@mdns-ambassador/mdns';
import { countErrors, joinCrowd, measureTraffic, type Rate, SimulatedLan } from '@mdns-ambassador/testkit';
import { describe, expect, it } from 'vitest';

const TYPES = ['_redis._tcp', '_http._tcp', '_ipp._tcp'];
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** RFC 6762 10: what a host's own records live for. */
const HOST_TTL_MS = 120 * SECOND_MS;
const JOIN_MS = 2 * SECOND_MS;

/** A calm hour: packets and bytes a second. More hosts: test/soak/lan.mjs. */
async function measureHour(hosts: number, browsers = hosts): Promise<Rate> {
  await using lan = await SimulatedLan.create({ hosts: 0, seed: hosts });
  await joinCrowd(lan, { hosts, types: TYPES, browsers, withinMs: JOIN_MS });
  await lan.run(MINUTE_MS);
  const rate = await measureTraffic(lan, HOUR_MS);
  const { packetsPerSecond, bytesPerSecond } = rate;
  process.stdout.write(
    `${hosts} hosts, ${3 * hosts} services, ${browsers} browsing: ${packetsPerSecond.toFixed(2)} packets/s, ${bytesPerSecond.toFixed(0)} bytes/s\n`,
  );
  return rate;
}

describe('a crowd of hosts', () => {
  it('of 100, with three services each, that joins within 2 s with 5 % loss knows all within 15 s', async () => {
    await using lan = await SimulatedLan.create({ hosts: 0, loss: 0.05, seed: 1 });
    await joinCrowd(lan, { hosts: 100, types: TYPES, withinMs: JOIN_MS });
    await lan.run(15 * SECOND_MS - lan.clock.now());
    expect(countErrors(lan, TYPES)).toBe(0);
  });

  it('says as much as it has services, not as many browse for them', async () => {
    const few = await measureHour(5);
    const many = await measureHour(15);
    const fewBrowse = await measureHour(15, 2);
    expect(many.packetsPerSecond / few.packetsPerSecond).toBeLessThan(4);
    expect(many.bytesPerSecond / few.bytesPerSecond).toBeLessThan(4);
    expect(many.packetsPerSecond / fewBrowse.packetsPerSecond).toBeLessThan(1.5);
    // One question and one answer for each host in every refresh, not for each of its records.
    expect(many.packetsPerSecond / (15 * TYPES.length)).toBeLessThan(0.01);
  });

  it('that is cut in two forgets the other half, and knows it again after it was healed', async () => {
    await using lan = await SimulatedLan.create({ hosts: 0, loss: 0.05, seed: 2 });
    await joinCrowd(lan, { hosts: 24, types: TYPES, withinMs: JOIN_MS });
    await lan.run(15 * SECOND_MS);
    const [left, right] = [lan.hosts.slice(0, 12), lan.hosts.slice(12)];
    lan.partition(left, right);
    await lan.run(HOST_TTL_MS + 10 * SECOND_MS);
    expect(countErrors(lan, TYPES, left)).toBe(0);
    expect(countErrors(lan, TYPES, right)).toBe(0);
    lan.heal();
    await lan.run(6 * MINUTE_MS);
    expect(countErrors(lan, TYPES)).toBe(0);
  });

  it('of 200 that all choose the same name ends with unique names, all announced', async () => {
    await using lan = await SimulatedLan.create({ hosts: 200, loss: 0.01, seed: 3 });
    const publications: readonly Publication[] = lan.hosts.map(({ node }) =>
      node.publish({ name: 'printer', type: '_ipp._tcp', port: 631 }),
    );
    await lan.run(60 * SECOND_MS);
    expect(new Set(publications.map(({ name }) => name)).size).toBe(200);
    expect(publications.filter(({ state }) => state.kind !== 'announced')).toEqual([]);
  });
});
