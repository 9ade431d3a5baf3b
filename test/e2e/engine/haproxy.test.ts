import { findMissingPackages, listEngineCases } from '@mdns-ambassador/testkit';
import { describe, test } from 'vitest';
import { createHaproxyEngine } from '../../../packages/ambassador/src/index.ts';

const missing = await findMissingPackages(['haproxy']);
const isSkipped = missing.length > 0 && process.env.CI !== 'true';

describe.skipIf(isSkipped)(`the promises of every engine${isSkipped ? ` (skipped: install ${missing}` : ''}`, () => {
  const cases = listEngineCases(
    (options, picker, onEvent) =>
      createHaproxyEngine({ ...options, balance: 'first', drainTimeoutMs: 1_000 }, picker, onEvent),
    // haproxy ends the client's side cleanly whatever became of the endpoint's, and repeats dials, not what follows them.
    {
      resetsClients: false,
      retriesUntouched: false,
      seesAnswers: false,
      dialsAhead: false,
      reports: true,
      limitsAtOnce: true,
      sendsResets: true,
    },
  );
  test.each(cases)('$name', ({ run }) => run());
});
