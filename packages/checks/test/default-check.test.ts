import { expect, test } from 'vitest';
import { chooseCheck, chooseIntervalMs } from '../src/default-check.ts';

test.each([
  [['redis'], 'redis', 2_000],
  [['db', 'postgresql'], 'postgres', 2_000],
  [['MySQL'], 'mysql', 10_000],
  [['mariadb', 'mysql'], 'mysql', 10_000],
  [['ssh'], 'ssh', 10_000],
  [['web', 'http'], 'tcp', 2_000],
])('%j is looked at by %s every %i ms', (names, kind, intervalMs) => {
  const check = chooseCheck(...names);
  expect(check).toEqual({ kind });
  expect(chooseIntervalMs(check)).toBe(intervalMs);
});
