/**
 * Runs what Node itself can break on each version of Node in `nodes/`, installed there if it is not: unit tests, rules in virtual
 * time, and bytes on their way over real hosts. The `node` that runs this stays the one of everything else.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const TESTS = [
  'packages/',
  'test/conformance/',
  'test/sim/lan.test.ts',
  'test/e2e/data-path.test.ts',
  'test/e2e/tcp-semantics.test.ts',
];
const LINES = [20, 22, 24, 26];

const folder = (path) => fileURLToPath(new URL(path, import.meta.url));
const run = (command, args, options) => spawnSync(command, args, { stdio: 'inherit', ...options }).status === 0;

if (process.platform !== 'linux') {
  console.log('the other versions of Node are there for Linux alone');
  process.exit();
}
const { optionalDependencies } = JSON.parse(readFileSync(folder('nodes/package.json'), 'utf8'));
const locate = (line) => folder(`nodes/node_modules/${line}-${process.arch}/bin/node`);
const isThere = (line) =>
  optionalDependencies[`${line}-${process.arch}`]?.endsWith(
    `@${spawnSync(locate(line), ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout?.trim()}`,
  );
if (!LINES.every(isThere) && !run('npm', ['ci', '--no-audit', '--no-fund', '--silent'], { cwd: folder('nodes') })) {
  console.error("the other versions of Node can't be installed: npm ci in test/nodes says why");
  process.exit(1);
}
const failed = LINES.filter((line) => {
  const node = locate(line);
  console.log(`\nNode ${line}`);
  return !run(node, ['--version']) || !run(node, [folder('../node_modules/vitest/vitest.mjs'), 'run', ...TESTS]);
});
if (failed.length > 0) console.error(`failed on Node ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
