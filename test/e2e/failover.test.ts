import type { Host } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, locateProgram, proxy, startProgram } from '../ambassador.ts';
import { BACKEND_COUNT, startBackends, startProxy } from '../backends.ts';
import { labTest } from '../lab-test.ts';
import { failedAfter, keptWaiting, Load } from '../load.ts';

const CONCURRENCY = 8;
/** Who waits for a dial to time out, or for a record to expire, waits longer. The strict figures are test/bench's. */
const WORST_MS = 1_000;

await labTest('kill -9 of one of three backends under load fails no new connection', { hosts: 4 }, async (lan) => {
  const backends = await startBackends(lan);
  await startProxy(lan);
  const load = await startLoad(lan.host(BACKEND_COUNT + 1));
  const killedAt = Date.now();
  await backends[1]?.service.stop('SIGKILL');
  const goneAt = Date.now();
  await load.moreAnswers(10);
  const tally = await load.finish();

  expect(failedAfter(tally, goneAt)).toEqual([]);
  expect(keptWaiting(tally, [{ from: killedAt, to: goneAt }], WORST_MS)).toEqual([]);
  // What was under way on the killed one may have been cut, and then it was told so; while that one died, anew.
  expect(tally.failures.length).toBeLessThanOrEqual(2 * CONCURRENCY);
  expect(Object.keys(tally.by).sort()).toEqual(['h1', 'h2', 'h3']);
});

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

await labTest('SIGTERM of an announcer under load fails nothing at all', { hosts: 4 }, async (lan) => {
  const backends = await startBackends(lan);
  await startProxy(lan);
  const load = await startLoad(lan.host(BACKEND_COUNT + 1));
  const exit = await backends[2]?.announcer.stop('SIGTERM');
  await load.moreAnswers(3);
  const tally = await load.finish();

  expect(exit).toEqual({ code: 0, signal: undefined });
  expect(tally.failures).toEqual([]);
  expect(Object.keys(tally.by).sort()).toEqual(['h1', 'h2', 'h3']);
});

await labTest(
  'SIGTERM of an announcer that runs the service itself fails nothing at all',
  { hosts: 3 },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    const program = locateProgram('service.mjs');
    const announcer = await announce(h1, 'thing:7000', '--', process.execPath, program, '7000', 'h1');
    await announce(h2, 'thing:7000', '--', process.execPath, program, '7000', 'h2');
    const proxying = await proxy(h3, 'thing:7000');
    await proxying.until((output) => [1, 2].every((number) => output.includes(`thing on h${number}`)));
    const load = await startLoad(h3);
    const exit = await announcer.stop('SIGTERM');
    await load.moreAnswers(3);
    const tally = await load.finish();

    expect(exit).toEqual({ code: 0, signal: undefined });
    expect(tally.failures).toEqual([]);
    expect(Object.keys(tally.by).sort()).toEqual(['h1', 'h2']);
  },
);

async function startLoad(client: Host): Promise<Load> {
  const load = await Load.start(client, { concurrency: CONCURRENCY });
  await load.moreAnswers(3);
  return load;
}

/** Until the service's kernel holds bytes that the service did not read. */
async function untilUnread(host: Host, port: string): Promise<void> {
  await host.until(`ss -Htn "sport = :${port}" | awk '$2 > 0 { found = 1 } END { exit !found }'`);
}
