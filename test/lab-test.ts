import { findMissingPackages, Lab, type LabOptions, type Peer } from '@mdns-ambassador/testkit';
import { test } from 'vitest';

/** Five times of what the longest takes on a quiet machine. */
const DEFAULT_TIMEOUT_MS = 240_000;

export interface LabTestOptions extends LabOptions {
  /** Other people's software that it runs. */
  readonly needs?: readonly Peer[];
  /** Milliseconds. */
  readonly timeout?: number;
}

const labReason = await Lab.unavailable();

/**
 * A test on hosts of its own. Where there can be no lab, it is skipped; where a peer is missing too, but with CI=true that
 * is a failure. When it fails, the report says what every process said; when it ends, nothing may be left of it.
 */
export async function labTest(name: string, options: LabTestOptions, body: (lan: Lab) => Promise<void>): Promise<void> {
  const timeout = options.timeout ?? DEFAULT_TIMEOUT_MS;
  const missing = await findMissingPackages(options.needs ?? []);
  const isRequired = process.env.CI === 'true';
  if (labReason !== undefined) {
    test.skip(`${name} (skipped: ${labReason})`);
  } else if (missing.length > 0 && !isRequired) {
    test.skip(`${name} (skipped: install ${missing.join(' ')})`);
  } else if (missing.length > 0) {
    test(name, () => {
      throw new Error(`install ${missing.join(' ')}`);
    });
  } else {
    test(name, { timeout }, async ({ signal }) => await runBody(options, signal, body));
  }
}

async function runBody(options: LabOptions, signal: AbortSignal, body: (lan: Lab) => Promise<void>): Promise<void> {
  const lan = await Lab.create(options);
  // Out of time: with its processes gone, whatever the body waits for ends.
  signal.addEventListener('abort', () => void lan.close());
  try {
    await body(lan);
  } catch (error) {
    if (error instanceof Error) {
      error.message += `\n\n${lan.transcript()}`;
    }
    throw error;
  } finally {
    await lan.close();
  }
  const left = await lan.processes();
  if (left.length > 0) {
    throw new Error(`processes are left in the lab: ${left.join(', ')}`);
  }
}
