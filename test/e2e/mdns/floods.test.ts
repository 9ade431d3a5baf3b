import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { AMBASSADOR, announce, locateProgram, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { Load } from '../../load.ts';

const MAX_GROWTH_MIB = 20;
/** Of its own work: see watch-loop.mjs. */
const MAX_DELAY_MS = 50;
/** 32 of each kind in a minute, in the log as well. */
const MAX_LINES = 300;

interface LoopReport {
  readonly p99Ms: number;
  readonly p99ByClockMs: number;
  readonly rssMiB: number;
}

await labTest(
  'a flood of 100,000 names in 20 s costs neither memory nor time nor those who are there or come',
  { hosts: 4 },
  async (lan) => {
    const [h1, h2, h3, h4] = [lan.host(1), lan.host(2), lan.host(3), lan.host(4)];
    await startService(h1);
    const proxying = await startWatchedProxy(h2);
    await proxying.line(/found "thing on h1"/);
    const before = await readLoop(proxying);
    // Ten names in each packet.
    const flooding = await startFlood(h3, 'names', h3.ip, 500, 20);
    await startService(h4);
    const load = await Load.start(h2, { concurrency: 1, pauseMs: 50 });
    await load.heard('h4');
    await flooding.line(/^sent 10000$/);
    const tally = await load.finish();
    expect(tally.failures).toEqual([]);
    expect(Object.keys(tally.by).sort()).toEqual(['h1', 'h4']);
    await expectUnharmed(proxying, before);
    expect(proxying.output).not.toMatch(/lost "thing on h/);
  },
);

await labTest(
  'a flood of one name a packet, 5,000 packets a second, leaves room for those who come',
  { hosts: 4 },
  async (lan) => {
    const [h1, h2, h3, h4] = [lan.host(1), lan.host(2), lan.host(3), lan.host(4)];
    await startService(h1);
    const proxying = await startWatchedProxy(h2);
    await proxying.line(/found "thing on h1"/);
    const before = await readLoop(proxying);
    const flooding = await startFlood(h3, 'malformed', h3.ip, 5_000, 10);
    await startService(h4);
    await proxying.line(/found "thing on h4"/);
    await flooding.line(/^sent 50000$/);
    await expectUnharmed(proxying, before);
  },
);

for (const kind of ['goodbyes', 'flushes']) {
  await labTest(`forged ${kind} at 100 a second fail no connection through the proxy`, { hosts: 3 }, async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    await startService(h1);
    const proxying = await startWatchedProxy(h2);
    await proxying.line(/found "thing on h1"/);
    const load = await Load.start(h2, { concurrency: 4 });
    await load.moreAnswers(1);
    const flooding = await startFlood(h3, kind, h3.ip, 100, 10, 'thing on h1');
    await flooding.line(/^sent 1000$/);
    await load.moreAnswers(1);
    expect((await load.finish()).failures).toEqual([]);
    expect(proxying.stdout).not.toMatch(/lost "thing on h1".*goodbye/);
  });
}

await labTest('responses from another port than 5353 change nothing (6)', { hosts: 3 }, async (lan) => {
  const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
  await startService(h1);
  const browsing = await startProgram(h2, 'mdns-node', 'browse', '_thing._tcp');
  await browsing.line(/^added thing on h1/);
  const flooding = await startFlood(h3, 'goodbyes', `${h3.ip}:40000`, 100, 2, 'thing on h1');
  await flooding.line(/^sent 200$/);
  const readCounters = async (): Promise<{ readonly otherPort: number; readonly recordsRefused: number }> => {
    browsing.kill('SIGUSR1');
    const [, json = ''] = await browsing.line(/^counters (.*)$/);
    return JSON.parse(json);
  };
  // UDP may lose some on a busy machine.
  await expect.poll(async () => (await readCounters()).otherPort).toBeGreaterThan(50);
  expect((await readCounters()).recordsRefused).toBe(0);
  expect(browsing.stdout).not.toContain('removed');
});

async function startService(host: Host): Promise<void> {
  await startProgram(host, 'service', '7000', host.name);
  await announce(host, 'thing:7000');
}

async function startWatchedProxy(host: Host): Promise<HostProcess> {
  const args = ['--import', locateProgram('watch-loop.mjs'), AMBASSADOR, 'proxy', 'thing:7000'];
  const proxying = host.spawn(process.execPath, args);
  await proxying.line(/listening/i);
  return proxying;
}

async function startFlood(
  host: Host,
  kind: string,
  source: string,
  perSecond: number,
  seconds: number,
  name = '',
): Promise<HostProcess> {
  return await startProgram(host, 'flood', kind, source, `${perSecond}`, `${seconds}`, name);
}

async function expectUnharmed(proxying: HostProcess, before: LoopReport): Promise<void> {
  expect((await readLoop(proxying)).p99Ms).toBeLessThan(MAX_DELAY_MS);
  // Garbage lies there until the process has been calm, for a minute on a busy machine.
  const readGrowth = async (): Promise<number> => (await readLoop(proxying)).rssMiB - before.rssMiB;
  await expect.poll(readGrowth, { timeout: 180_000, interval: 1_000 }).toBeLessThan(MAX_GROWTH_MIB);
  // Each line for people has its like in the log.
  expect(proxying.output.split('\n').length).toBeLessThan(MAX_LINES);
}

async function readLoop(proxying: HostProcess): Promise<LoopReport> {
  proxying.kill('SIGUSR2');
  const [json] = await proxying.line(/^\{"p99Ms".*\}$/, { stream: 'stderr' });
  return JSON.parse(json);
}
