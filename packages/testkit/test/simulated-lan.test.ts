import { describe, expect, it } from 'vitest';
import { SimulatedLan, type Traffic } from '../src/simulated-lan.ts';

const TYPE = '_redis._tcp';

async function runOnce(seed: number): Promise<{ traffic: Traffic; names: readonly string[] }> {
  await using lan = await SimulatedLan.create({ hosts: 3, loss: 0.2, seed });
  for (const host of lan.hosts) {
    host.node.publish({ name: host.name, type: TYPE, port: 1 });
    host.watch(TYPE);
  }
  await lan.run(30_000);
  return { traffic: lan.traffic, names: lan.hosts[0]?.knownNames(TYPE) ?? [] };
}

describe('the simulated LAN', () => {
  it('repeats a run by its seed', async () => {
    const first = await runOnce(5);
    expect(await runOnce(5)).toEqual(first);
    expect((await runOnce(6)).traffic).not.toEqual(first.traffic);
    expect(first.names).toEqual(['h1', 'h2', 'h3']);
  });

  it('tells a host that leaves from one that crashes', async () => {
    await using lan = await SimulatedLan.create({ hosts: 3 });
    const [watcher, leaver, crasher] = lan.hosts;
    for (const host of lan.hosts) host.node.publish({ name: host.name, type: TYPE, port: 1 });
    watcher?.watch(TYPE);
    await lan.run(10_000);
    await leaver?.leave();
    crasher?.crash();
    await lan.run(2_000);
    expect(watcher?.knownNames(TYPE)).toEqual(['h1', 'h3']);
    await lan.run(120_000);
    expect(watcher?.knownNames(TYPE)).toEqual(['h1']);
    expect(leaver?.isUp).toBe(false);
    expect(() => leaver?.node).toThrow('h2 is down');
  });

  it('leaves no timer behind', async () => {
    const lan = await SimulatedLan.create({ hosts: 2 });
    await lan.run(5_000);
    await lan[Symbol.asyncDispose]();
    await lan.run(1_000);
    expect(lan.clock.pendingTimers).toBe(0);
  });
});
