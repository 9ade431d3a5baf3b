import { expect } from 'vitest';
import { announce, proxy, runProgram, spawnProgram, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';

const TRANSFERS = 1_000;
/** 100 ms each. */
const ROUNDS = 30;
/** A slow machine takes longer for them than connections have to finish unless asked otherwise. */
const PATIENCE_MS = 200_000;

await labTest(
  'SIGTERM lets 1,000 running transfers complete, refuses new connections, and ends with 0; a second one ends at once',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startProgram(h1, 'service', '7000', 'h1');
    await announce(h1, 'thing:7000');
    const draining = await proxy(h2, 'thing:7000', '--drain-timeout', `${PATIENCE_MS}ms`);
    await draining.line(/thing on h1/);
    const transfers = spawnProgram(h2, 'transfers', '127.0.0.1', '7000', `${TRANSFERS}`, `${ROUNDS}`);
    await transfers.line(/^ready/, { timeout: PATIENCE_MS });
    const stopped = draining.stop('SIGTERM', { timeout: PATIENCE_MS });
    await draining.line(/stopping/);
    // It says so, and then does it.
    const ask = (): Promise<unknown> => runProgram(h2, 'ask', ['127.0.0.1', '7000', 'who']);
    await expect.poll(ask).toMatchObject({ end: 'ECONNREFUSED' });
    const [outcomes] = await transfers.line(/^\{.*\}$/, { timeout: PATIENCE_MS });
    expect(JSON.parse(outcomes)).toEqual({ whole: TRANSFERS });
    expect(await stopped).toEqual({ code: 0, signal: undefined });

    const hurried = await proxy(h2, 'thing:7000');
    await hurried.line(/thing on h1/);
    const kept = spawnProgram(h2, 'stay', '127.0.0.1', '7000', '10');
    await kept.line(/^ready/);
    hurried.kill('SIGTERM');
    await hurried.line(/stopping/);
    // It did not wait for those ten, which would have ended it with 0.
    expect(await hurried.stop('SIGTERM')).toEqual({ code: 143, signal: undefined });
  },
);
