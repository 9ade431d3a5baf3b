/**
 * Runs what Node itself can break on each version of Node in `nodes/`, installed there if it is not: unit tests, rules in virtual
 * time, and bytes on their way over real hosts; what is published on the first and the last. The `node` that runs this stays the
 * one of everything else. Of what passed, the count is printed; what failed is printed whole, and last.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const LINES = [20, 22, 24, 26];
const ENDS = [LINES[0], LINES.at(-1)];
/** These take a processor. Rules as other platforms have them do not depend on Node. */
const PROJECTS = ['unit', 'mocked', 'sim'].flatMap((project) => ['--project', project]);
const RULES = ['packages/', 'test/conformance/', 'test/sim/lan.test.ts', ...PROJECTS];
/** These wait more than they work, for one another or the kernel, and measure no time. */
const BYTES = ['test/e2e/data-path.test.ts', 'test/e2e/tcp-semantics.test.ts', 'test/e2e/torn-handshakes.test.ts'];
const PUBLISHED = ['test/e2e/packed.test.ts'];
const VITEST = '../node_modules/vitest/vitest.mjs';

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
const [rules, bytes] = await Promise.all([
  runOnEach(() => RULES),
  runOnEach((line) => (ENDS.includes(line) ? [...BYTES, ...PUBLISHED] : BYTES)),
]);
const failed = [...rules, ...bytes];
for (const { title, printed } of failed) console.log(`\n${title}\n${printed}`);
if (failed.length > 0) console.log(`failed:\n${failed.map(({ title }) => title).join('\n')}`);
process.exitCode = failed.length === 0 ? 0 : 1;

/** One version after the other. Resolves with what was printed where something failed. */
async function runOnEach(listTests) {
  const failed = [];
  for (const line of LINES) {
    const tests = spawn(locate(line), [folder(VITEST), 'run', ...listTests(line)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed, [code]] = await Promise.all([text(tests.stdout), once(tests, 'close')]);
    const title = `Node ${line}, ${listTests(line).join(' ')}`;
    if (code === 0) console.log(`\n${title}\n${printed.trimEnd().split('\n').at(-1)}`);
    else failed.push({ title, printed });
  }
  return failed;
}
