import { listCheckCases, TARGET } from '@mdns-ambassador/testkit';
import { describe, test } from 'vitest';
import { createCheck } from '../src/create-check.ts';

function refuse(): never {
  throw new Error('It does not look.');
}

describe('The check "none"', () => {
  for (const { name, run } of listCheckCases({
    createCheck: (condition) =>
      condition === 'well' ? createCheck({ kind: 'none' }, TARGET, { dial: refuse, runShell: refuse }) : undefined,
    countOpen: () => 0,
  })) {
    test(name, run);
  }
});
