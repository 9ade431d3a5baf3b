// node nftables-suite.mjs: the promises of every engine, kept by engine nftables in this network namespace; a line of JSON for each.
import { createNftablesEngine } from '../../packages/ambassador/dist/index.js';
import { listEngineCases } from '../../packages/testkit/dist/index.js';

const ABILITIES = {
  resetsClients: true,
  // The kernel repeats what was not answered, and not what was.
  retriesUntouched: false,
  seesAnswers: false,
  dialsAhead: true,
  reports: false,
  limitsAtOnce: false,
  sendsResets: false,
};
const only = process.argv[2];
const cases = listEngineCases(
  (options, picker, onEvent) =>
    createNftablesEngine({ ...options, balance: 'first', drainTimeoutMs: 1_000 }, picker, onEvent),
  ABILITIES,
);
for (const { name, run } of cases) {
  if (only !== undefined && !name.includes(only)) continue;
  const startedAt = performance.now();
  const error = await run().then(
    () => undefined,
    (caught) => `${caught?.stack ?? caught}`,
  );
  console.log(JSON.stringify({ name, error, ms: Math.round(performance.now() - startedAt) }));
}
