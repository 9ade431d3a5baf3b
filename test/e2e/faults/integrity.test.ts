import { expect } from 'vitest';
import { runProgram } from '../../ambassador.ts';
import { BACKEND_COUNT, startBackends, startProxy } from '../../backends.ts';
import { labTest } from '../../lab-test.ts';

/** The bound is a million: MIX_CONNECTIONS=1000000. */
const CONNECTIONS = Number(process.env.MIX_CONNECTIONS ?? 20_000);
const SEED = process.env.MIX_SEED ?? '1';
const CONCURRENCY = 64;
const TIMEOUT_MS = CONNECTIONS * 20;

await labTest(
  `no byte of ${CONNECTIONS} connections of random sizes and chunks is lost, mixed or reordered (seed ${SEED})`,
  { hosts: BACKEND_COUNT + 1, timeout: TIMEOUT_MS + 40_000 },
  async (lan) => {
    await startBackends(lan);
    await startProxy(lan);
    const args = ['127.0.0.1', '7000', `${CONNECTIONS}`, `${CONCURRENCY}`, SEED];
    const { outcomes } = await runProgram<Mix>(lan.host(BACKEND_COUNT + 1), 'mix', args, { timeout: TIMEOUT_MS });
    expect(outcomes).toEqual({ whole: CONNECTIONS });
  },
);

interface Mix {
  readonly outcomes: Readonly<Record<string, number>>;
}
