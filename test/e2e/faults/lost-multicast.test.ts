import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { BACKEND_COUNT, startBackends, startProxy } from '../../backends.ts';
import { labTest } from '../../lab-test.ts';
import { Load } from '../../load.ts';

/** Waited out: nobody may fail meanwhile. */
const OUTAGE_MS = 60_000;
/** Who asks at doubling intervals asks again after a minute. */
const HEALED_MS = 15_000;

await labTest(
  'no connection fails while multicast is dropped for 60 s and every record expires; endpoints are stale, and ready soon after',
  { hosts: BACKEND_COUNT + 1, needs: ['nft'] },
  async (lan) => {
    const client = lan.host(BACKEND_COUNT + 1);
    await startBackends(lan, '--ttl', '10');
    const proxying = await startProxy(lan, '--json');
    const load = await Load.start(client, { concurrency: 2, pauseMs: 20 });
    await lan.blockMulticast(client);
    const blockedAt = Date.now();
    const isIn = (state: string) => (output: string) =>
      [1, 2, 3].every((number) => lastState(output, `thing on h${number}`) === state);
    await proxying.until(isIn('stale'), { timeout: OUTAGE_MS / 2 });
    await sleep(OUTAGE_MS - (Date.now() - blockedAt));
    expect(isIn('stale')(proxying.output)).toBe(true);

    await lan.passAllFrames();
    await proxying.until(isIn('ready'), { timeout: HEALED_MS });
    const tally = await load.finish();
    expect(tally.failures).toEqual([]);
    expect(Object.keys(tally.by).sort()).toEqual(['h1', 'h2', 'h3']);
  },
);

/** The state that the proxy told last of an instance. */
function lastState(output: string, instance: string): string | undefined {
  const states = output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter(({ event, endpoint }) => event === 'endpoint-state' && endpoint.instance === instance);
  return states.at(-1)?.endpoint.state;
}
