import { expect, test } from 'vitest';
import { describeMissingInit } from '../../src/output/init-lines.ts';

test('process 1 that runs a command is told to have an init before it; nobody else is', () => {
  expect(describeMissingInit(1, 'the command')).toMatch(/what the command leaves behind.*docker run --init/);
  expect(describeMissingInit(2, 'the command')).toBeUndefined();
});
