import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const FOLDER = fileURLToPath(new URL('../../../packages/cli/man/', import.meta.url));
const PAGES = readdirSync(FOLDER).map((name) => `${FOLDER}${name}`);

function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined;
}

const hasMan = isInstalled('man');
const hasMandoc = isInstalled('mandoc');
const ENV = { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '80', MANROFFSEQ: '' };

test.skipIf(!hasMan)(`man shows every page without a warning${hasMan ? '' : ' (skipped: install man-db)'}`, () => {
  expect(PAGES.length).toBeGreaterThan(15);
  const shown = spawnSync('man', ['--warnings', '-E', 'UTF-8', '-l', '-Tutf8', '-Z', ...PAGES], { env: ENV });
  expect(shown.stderr.toString()).toBe('');
  const text = spawnSync('man', ['-l', `${FOLDER}ambassador-proxy.1`], { env: ENV, encoding: 'utf8' }).stdout;
  expect(text).toMatch(/^ +--listen VALUE\n/m);
  expect(text).toMatch(/^ +ambassador proxy api:8000 --where env=staging$/m);
});

test.skipIf(!hasMandoc)(`mandoc finds no error${hasMandoc ? '' : ' (skipped: install mandoc)'}`, () => {
  const { status, stdout, stderr } = spawnSync('mandoc', ['-T', 'lint', '-W', 'error', ...PAGES], { encoding: 'utf8' });
  expect(stdout + stderr).toBe('');
  expect(status).toBe(0);
});
