import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { AMBASSADOR } from '../../ambassador.ts';

const LINKED = fileURLToPath(new URL('../../../node_modules/.bin', import.meta.url));

function runShell(script: string): { readonly stdout: string; readonly stderr: string } {
  const env = { ...process.env, PATH: `${LINKED}:${dirname(process.execPath)}:${process.env.PATH}` };
  return spawnSync('bash', ['-c', script], { encoding: 'utf8', env, timeout: 120_000 });
}

test('a reader that leaves early ends the command without a word', () => {
  const { stdout, stderr } = runShell(
    `"${process.execPath}" "${AMBASSADOR}" --help | head -1; echo "\${PIPESTATUS[0]}"`,
  );
  expect(stdout).toMatch(/^ambassador COMMAND.*\n0\n$/);
  expect(stderr).toBe('');
});
