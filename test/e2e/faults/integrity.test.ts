import { expect } from 'vitest';
import { runProgram } from '../../ambassador.ts';
import { BACKEND_COUNT, startBackends, startProxy } from '../../backends.ts';
import { labTest } from '../../lab-test.ts';

const CONNECTIONS = 20_000;
const CONCURRENCY = 64;
const TIMEOUT_MS = 200_000;

await labTest(
  'no byte of 20,000 connections of random sizes and chunks is lost, mixed or reordered',
  { hosts: BACKEND_COUNT + 1 },
  async (lan) => {
    await startBackends(lan);
    await startProxy(lan);
    const args = ['127.0.0.1', '7000', `${CONNECTIONS}`, `${CONCURRENCY}`];
    const { outcomes } = await runProgram<Mix>(lan.host(BACKEND_COUNT + 1), 'mix', args, { timeout: TIMEOUT_MS });
    expect(outcomes).toEqual({ whole: CONNECTIONS });
  },
);

interface Mix {
  readonly outcomes: Readonly<Record<string, number>>;
}
