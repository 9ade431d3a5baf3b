import type { Host, HostProcess, Lab } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, locateProgram, proxy, spawnProgram, startProgram } from '../ambassador.ts';
import { labTest } from '../lab-test.ts';

const CONCURRENCY = '8';
const BACKENDS = [1, 2, 3];

interface Tally {
  readonly answered: number;
  readonly failures: readonly { readonly begunAt: number; readonly tookMs: number; readonly how: string }[];
  readonly worstMs: number;
  readonly by: Readonly<Record<string, number>>;
  readonly seconds: number;
}

interface Backend {
  readonly service: HostProcess;
  readonly announcer: HostProcess;
}

await labTest(
  'kill -9 of one of three backends under load fails no new connection',
  { hosts: 4, timeout: 90_000 },
  async (lan) => {
    const backends = await startBackends(lan);
    const client = await startProxy(lan);
    const load = await startLoad(client);
    backends[1]?.service.kill('SIGKILL');
    await backends[1]?.service.exited;
    const killedAt = Date.now();
    await moreAnswers(load, 5);
    const tally = await finish(load);

    expect(tally.failures.filter((failure) => failure.begunAt > killedAt)).toEqual([]);
    // What was under way on the killed one may have been cut, and then it was told so.
    expect(tally.failures.length).toBeLessThanOrEqual(Number(CONCURRENCY));
    expect(Object.keys(tally.by).sort()).toEqual(['h1', 'h2', 'h3']);
  },
);

await labTest('a client of a killed backend whose kernel sends a reset sees a reset', { hosts: 2 }, async (lan) => {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  const service = await startProgram(h1, 'service', '7000', 'h1');
  await announce(h1, 'thing:7000');
  const proxying = await proxy(h2, 'thing:7000');
  await proxying.line(/thing on h1/);
  const client = await startProgram(h2, 'unread', '127.0.0.1', '7000');
  await untilUnread(h1, '7000');
  service.kill('SIGKILL');
  await client.exited;
  expect(client.stdout).toContain('{"end":"ECONNRESET"}');
});

await labTest('SIGTERM of an announcer under load fails nothing at all', { hosts: 4, timeout: 90_000 }, async (lan) => {
  const backends = await startBackends(lan);
  const client = await startProxy(lan);
  const load = await startLoad(client);
  const exit = await backends[2]?.announcer.stop('SIGTERM');
  await moreAnswers(load, 3);
  const tally = await finish(load);

  expect(exit).toEqual({ code: 0, signal: undefined });
  expect(tally.failures).toEqual([]);
  expect(Object.keys(tally.by).sort()).toEqual(['h1', 'h2', 'h3']);
});

await labTest(
  'SIGTERM of an announcer that runs the service itself fails nothing at all',
  { hosts: 3, timeout: 90_000 },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    const program = locateProgram('service.mjs');
    const announcer = await announce(h1, 'thing:7000', '--', process.execPath, program, '7000', 'h1');
    await announce(h2, 'thing:7000', '--', process.execPath, program, '7000', 'h2');
    const proxying = await proxy(h3, 'thing:7000');
    await proxying.until((output) => [1, 2].every((number) => output.includes(`thing on h${number}`)));
    const load = await startLoad(h3);
    const exit = await announcer.stop('SIGTERM');
    await moreAnswers(load, 3);
    const tally = await finish(load);

    expect(exit).toEqual({ code: 0, signal: undefined });
    expect(tally.failures).toEqual([]);
    expect(Object.keys(tally.by).sort()).toEqual(['h1', 'h2']);
  },
);

async function startBackends(lan: Lab): Promise<readonly Backend[]> {
  return await Promise.all(
    BACKENDS.map(async (number) => {
      const host = lan.host(number);
      const service = await startProgram(host, 'service', '7000', host.name);
      return { service, announcer: await announce(host, 'thing:7000') };
    }),
  );
}

/** On the last host, and waits until every backend is known. */
async function startProxy(lan: Lab): Promise<Host> {
  const client = lan.host(BACKENDS.length + 1);
  const proxying = await proxy(client, 'thing:7000');
  await proxying.until((output) => BACKENDS.every((number) => output.includes(`thing on h${number}`)));
  return client;
}

async function startLoad(client: Host): Promise<HostProcess> {
  const load = spawnProgram(client, 'load', '127.0.0.1', '7000', CONCURRENCY);
  await load.line(/^ready/);
  await moreAnswers(load, 3);
  return load;
}

/** Each time is 200 more connections answered. */
async function moreAnswers(load: HostProcess, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    await load.line(/^answered/);
  }
}

async function finish(load: HostProcess): Promise<Tally> {
  load.stdin.end();
  const [json] = await load.line(/^\{.*\}$/, { timeout: 30_000 });
  return JSON.parse(json);
}

/** Until the service's kernel holds bytes that the service did not read. */
async function untilUnread(host: Host, port: string): Promise<void> {
  const question = `until ss -Htn "sport = :${port}" | awk '$2 > 0 { found = 1 } END { exit !found }'; do sleep 0.02; done`;
  await host.read('timeout', ['10', 'sh', '-c', question]);
}
