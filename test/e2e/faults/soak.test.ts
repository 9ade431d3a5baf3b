import { fileURLToPath } from 'node:url';
import { Lab, runCommand } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';

const RUN = fileURLToPath(new URL('../../soak/run.mjs', import.meta.url));
/** The bound is a day: `node test/soak/run.mjs 1440`. */
const MINUTES = '0.4';
const SEED = process.env.SOAK_SEED ?? '1';
const LONGEST_FAULT_SECONDS = '1';
const TIMEOUT_MS = 180_000;

const reason = await Lab.unavailable();

test.skipIf(reason !== undefined)(
  `faults of each kind in turn cost no connection that begins after them (seed ${SEED})`,
  async () => {
    const { code, stdout, stderr } = await runCommand(process.execPath, [RUN, MINUTES, SEED, LONGEST_FAULT_SECONDS], {
      timeout: TIMEOUT_MS,
    });
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain('faults: ');
  },
);
