import { listCheckCases } from '@mdns-ambassador/testkit';
import { describe, test } from 'vitest';
import { createNoneCheck } from '../src/create-check.ts';

describe('The check "none"', () => {
  for (const { name, run } of listCheckCases({
    createCheck: (condition) => (condition === 'well' ? createNoneCheck() : undefined),
    countOpen: () => 0,
  })) {
    test(name, run);
  }
});
