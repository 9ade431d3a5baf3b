import { findMissingPackages, Lab, type LabOptions, type Peer } from '@mdns-ambassador/testkit';
import { test } from 'vitest';

/** Five times of what the longest takes on a quiet machine. */
const DEFAULT_TIMEOUT_MS = 480_000;

export interface LabTestOptions extends LabOptions {
  /** Other people's software that it runs. */
  readonly needs?: readonly Peer[];
  /** What else keeps it from running. */
  readonly absence?: Absence | undefined;
  /** Milliseconds. */
  readonly timeout?: number;
}

const labReason = await Lab.unavailable();

/** Why tests can't run here, and whether that fails them: what CI is to install must be there. */
export interface Absence {
  readonly kind: 'skipped' | 'failed';
  readonly reason: string;
}

export async function explainAbsence(needs: readonly Peer[]): Promise<Absence | undefined> {
  if (labReason !== undefined) return { kind: 'skipped', reason: labReason };
  const missing = await findMissingPackages(needs);
  if (missing.length === 0) return undefined;
  return { kind: process.env.CI === 'true' ? 'failed' : 'skipped', reason: `install ${missing.join(' ')}` };
}

/**
 * A test on hosts of its own. Where there can be no lab, it is skipped; where a peer is missing too, but with CI=true that
 * is a failure. When it fails, the report says what every process said; when it ends, nothing may be left of it.
 */
export async function labTest(name: string, options: LabTestOptions, body: (lan: Lab) => Promise<void>): Promise<void> {
  const timeout = options.timeout ?? DEFAULT_TIMEOUT_MS;
  const absence = (await explainAbsence(options.needs ?? [])) ?? options.absence;
  if (absence === undefined) {
    test(name, { timeout }, async ({ signal }) => await runBody(options, signal, body));
  } else if (absence.kind === 'skipped') {
    test.skip(`${name} (skipped: ${absence.reason})`);
  } else {
    test(name, () => {
      throw new Error(absence.reason);
    });
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
