import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Lab } from '@mdns-ambassador/testkit';
import { describeMachine, findMissingCompiler } from './rounds.mjs';

/**
 * @typedef {object} Bench
 * @property {Lab} lan
 * @property {import('@mdns-ambassador/testkit').Host} host The first one.
 * @property {string} folder For what lasts as long as the bench.
 * @property {string} machine The load of it when the bench began, and what it is.
 */

/**
 * Runs a bench on hosts of its own, and leaves nothing of them. Where there can be none, it ends with 69; where it fails, it says what the last
 * processes said.
 *
 * @param {{ hosts?: number, findMissing?: () => string | undefined }} options `findMissing`: why there is nothing to compare with.
 * @param {(bench: Bench) => Promise<void>} body
 */
export async function runBench({ hosts = 1, findMissing = () => undefined }, body) {
  const reason = findMissingCompiler() ?? (await Lab.unavailable()) ?? findMissing();
  if (reason !== undefined) {
    console.error(reason);
    process.exit(69);
  }
  const machine = describeMachine();
  const folder = mkdtempSync(`${tmpdir()}/bench-`);
  try {
    const lan = await Lab.create({ hosts });
    try {
      await body({ lan, host: lan.host(1), folder, machine });
    } catch (error) {
      console.error(lan.transcript(5));
      throw error;
    } finally {
      await lan.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
