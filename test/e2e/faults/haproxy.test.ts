import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { proxy, runProgram, spawnProgram, startProgram } from '../../ambassador.ts';
import { BACKEND_COUNT, startBackends, startProxy } from '../../backends.ts';
import { findHaproxy } from '../../find-haproxy.ts';
import { labTest } from '../../lab-test.ts';
import { failedAfter, Load, worstAfter } from '../../load.ts';

/** The faults that engine node survives, under engine haproxy. */
const ENGINE = ['--engine', 'haproxy'];
const LOAD = { concurrency: 8, pauseMs: 1 };
const PATH = '/run/thing.yaml';
const CHANGES = 500;
const CONNECTIONS = 5_000;
const BACK_MS = 5_000;
const TRANSFERS = 50;
/** 100 ms each. */
const ROUNDS = 20;

await labTest(
  'engine haproxy: kill -9 of a backend fails no new connection, SIGTERM of an announcer none at all',
  { hosts: BACKEND_COUNT + 1, needs: ['haproxy'] },
  async (lan) => {
    const backends = await startBackends(lan);
    await startProxy(lan, ...ENGINE);
    const load = await Load.start(lan.host(BACKEND_COUNT + 1), LOAD);
    await load.moreAnswers(3);
    await backends[0]?.announcer.stop('SIGTERM');
    await load.moreAnswers(3);
    const killing = Date.now();
    await backends[1]?.service.stop('SIGKILL');
    const goneAt = Date.now();
    await load.moreAnswers(5);
    const tally = await load.finish();
    expect(failedAfter(tally, goneAt)).toEqual([]);
    expect(tally.failures.filter(({ begunAt, tookMs }) => begunAt + tookMs < killing)).toEqual([]);
    expect(tally.lastBy.h3?.at).toBeGreaterThan(goneAt);
  },
);

await labTest(
  `engine haproxy: ${CHANGES} changes of who serves, under load, fail nothing, and haproxy is the same process`,
  { hosts: BACKEND_COUNT + 1, needs: ['haproxy'] },
  async (lan) => {
    const client = lan.host(BACKEND_COUNT + 1);
    for (const host of lan.hosts.slice(0, BACKEND_COUNT)) await startProgram(host, 'service', '7000', host.name);
    const places = lan.hosts.slice(0, BACKEND_COUNT).map(({ ip }) => `- ${ip}:7000\n`);
    await client.read('tee', [PATH], { input: places.join('') });
    const proxying = await proxy(client, 'thing:7000', '--from', `file:${PATH}`, '--json', ...ENGINE);
    await proxying.until((output) => lan.hosts.slice(0, BACKEND_COUNT).every(({ ip }) => output.includes(`"${ip}"`)));
    const before = await findHaproxy(client);
    const load = await Load.start(client, LOAD);
    for (let round = 0; countChanges(proxying) < CHANGES; round++) {
      // One place leaves, and the one that had left is back.
      const gone = round % BACKEND_COUNT;
      const left = places.filter((_, index) => index !== gone).join('');
      await client.read('sh', ['-c', `cat > ${PATH}.new && mv ${PATH}.new ${PATH}`], { input: left });
      // Not the log's line of the same: a change that is written before the last one was read could undo it unseen.
      await proxying.line(/"event":"endpoint-removed"/, { stream: 'stdout' });
    }
    await load.moreAnswers(1);
    const tally = await load.finish();
    expect(tally.failures).toEqual([]);
    expect(await findHaproxy(client)).toEqual(before);
  },
);

await labTest(
  'engine haproxy: killed with -9 it is back at once, with the same endpoints',
  { hosts: BACKEND_COUNT + 1, needs: ['haproxy'] },
  async (lan) => {
    await startBackends(lan);
    await startProxy(lan, ...ENGINE);
    const client = lan.host(BACKEND_COUNT + 1);
    const [pid = ''] = await findHaproxy(client);
    const load = await Load.start(client, LOAD);
    await load.moreAnswers(3);
    await client.read('sh', ['-c', `kill -9 ${pid}; while kill -0 ${pid} 2>/dev/null; do sleep 0.01; done`]);
    const goneAt = Date.now();
    await load.moreAnswers(5);
    const tally = await load.finish();
    const worstMs = worstAfter(tally, goneAt);
    process.stdout.write(`haproxy killed: the longest of the connections that were begun then took ${worstMs} ms\n`);
    expect(failedAfter(tally, goneAt)).toEqual([]);
    // Less than a second where the machine has nothing else to do.
    expect(worstMs).toBeLessThan(BACK_MS);
    for (const name of ['h1', 'h2', 'h3']) expect(tally.lastBy[name]?.begunAt).toBeGreaterThan(goneAt);
    expect(await findHaproxy(client)).not.toContain(pid);
  },
);

await labTest(
  'engine haproxy: weights and priorities are kept, bytes are whole, and SIGTERM lets transfers complete',
  { hosts: BACKEND_COUNT + 1, needs: ['haproxy'] },
  async (lan) => {
    const [h1, h2, h3] = lan.hosts;
    const client = lan.host(BACKEND_COUNT + 1);
    for (const host of lan.hosts.slice(0, BACKEND_COUNT)) await startProgram(host, 'service', '7000', host.name);
    const places = [
      `- { address: ${h1?.ip}, port: 7000, weight: 10 }`,
      `- { address: ${h2?.ip}, port: 7000, weight: 30 }`,
      `- { address: ${h3?.ip}, port: 7000, priority: 1 }`,
    ];
    await client.read('tee', [PATH], { input: places.join('\n') });
    const proxying = await proxy(client, 'thing:7000', '--from', `file:${PATH}`, '--balance', 'round-robin', ...ENGINE);
    await proxying.until((output) => [h1, h2, h3].every((host) => output.includes(`${host?.ip}:7000`)));
    const load = await Load.start(client, LOAD);
    await load.moreAnswers(5);
    const { by, failures } = await load.finish();
    expect(failures).toEqual([]);
    expect(Object.keys(by).sort()).toEqual(['h1', 'h2']);
    const share = (by.h2 ?? 0) / ((by.h1 ?? 0) + (by.h2 ?? 0));
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(0.8);

    const mixed = await runProgram<Mix>(client, 'mix', ['127.0.0.1', '7000', `${CONNECTIONS}`, '32'], {
      timeout: 120_000,
    });
    expect(mixed.outcomes).toEqual({ whole: CONNECTIONS });

    await expectTransfersToComplete(client, proxying);
  },
);

interface Mix {
  readonly outcomes: Readonly<Record<string, number>>;
}

async function expectTransfersToComplete(client: Host, proxying: HostProcess): Promise<void> {
  const transfers = spawnProgram(client, 'transfers', '127.0.0.1', '7000', `${TRANSFERS}`, `${ROUNDS}`);
  await transfers.line(/^ready/);
  const stopped = proxying.stop('SIGTERM');
  expect(JSON.parse((await transfers.line(/^\{.*\}$/))[0])).toEqual({ whole: TRANSFERS });
  expect(await stopped).toEqual({ code: 0, signal: undefined });
}

/** Coming and going. */
function countChanges(proxying: HostProcess): number {
  return proxying.stdout.match(/"endpoint-(added|removed)"/g)?.length ?? 0;
}
