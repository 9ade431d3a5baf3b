/**
 * Runs files of tests TIMES times, without a second try, and counts how often each test passed; what went wrong is printed when it does. Where it is
 * stopped before (SIGINT, SIGTERM), it tells the rounds that are over. Ends with 1 where a test failed, and with 66 where none was run.
 *
 *     npm run test:repeat -- TIMES FILE...
 */
import { createVitest } from 'vitest/node';

const [times, ...files] = process.argv.slice(2);
if (!(Number(times) > 0) || files.length === 0) {
  console.error('which tests, and how often: npm run test:repeat -- TIMES FILE...');
  process.exit(64);
}
const vitest = await createVitest('test', { watch: false, retry: 0, reporters: [{}], allowOnly: false });
const specifications = await vitest.globTestSpecifications(files);
if (specifications.length === 0) console.error(`no tests in ${files.join(' ')}`);
/** @type {Map<string, { passed: number, failed: number, skipped: number, longestMs: number }>} */
const tallies = new Map();
let rounds = 0;
let isStopped = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  // Vite's own ends this process at once.
  process.removeAllListeners(signal);
  process.on(signal, () => void end());
}
while (specifications.length > 0 && rounds < Number(times)) {
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
  if (isStopped) break;
  for (const module of testModules) {
    const file = module.relativeModuleId;
    if (module.errors().length > 0) count(file, { state: 'failed', errors: module.errors() }, 0);
    for (const test of module.children.allTests())
      count(`${file}: ${test.fullName}`, test.result(), test.diagnostic()?.duration ?? 0);
  }
  if (unhandledErrors.length > 0) count('between tests', { state: 'failed', errors: unhandledErrors }, 0);
  rounds++;
  const failed = [...tallies].filter(([, tally]) => tally.failed > 0).map(([name, tally]) => `${tally.failed} ${name}`);
  console.error(`${rounds} of ${times}: ${failed.length === 0 ? 'none failed so far' : failed.join('; ')}`);
}
await end();

function count(name, { state, errors = [] }, durationMs) {
  if (state === 'pending') return;
  const tally = tallies.get(name) ?? { passed: 0, failed: 0, skipped: 0, longestMs: 0 };
  tally[state]++;
  tally.longestMs = Math.max(tally.longestMs, durationMs);
  tallies.set(name, tally);
  if (state !== 'failed') return;
  console.error(`\nround ${rounds + 1}: ${name}`);
  for (const error of errors) console.error(error.message, '\n', error.stack ?? '');
}

/** The test that runs is cancelled, which closes its lab. */
async function end() {
  if (isStopped) return;
  isStopped = true;
  const all = [...tallies];
  console.log('| test | passed | failed | skipped | longest, s |');
  console.log('|---|---|---|---|---|');
  for (const [name, { passed, failed, skipped, longestMs }] of all)
    console.log(`| ${name} | ${passed} | ${failed} | ${skipped} | ${(longestMs / 1_000).toFixed(1)} |`);
  await vitest.cancelCurrentRun('keyboard-input');
  await vitest.close();
  const hasFailed = all.some(([, { failed }]) => failed > 0);
  process.exit(hasFailed ? 1 : all.some(([, { passed }]) => passed > 0) ? 0 : 66);
}
