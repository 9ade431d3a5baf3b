// node nftables-suite.mjs: the promises of every engine, kept by engine nftables in this network namespace; a line of JSON for each.
// `carried`: how many connections the kernel sent on, as its counters say when the engine is closed.
import { createNftablesEngine } from '../../packages/ambassador/dist/index.js';
import { listEngineCases } from '../../packages/testkit/dist/index.js';
import { countCarried } from './carried.mjs';

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
let carried = 0;

const cases = listEngineCases((options, picker, onEvent) => {
  const engine = createNftablesEngine({ ...options, balance: 'first', drainTimeoutMs: 1_000 }, picker, onEvent);
  const close = engine.close.bind(engine);
  engine.close = async () => {
    carried = Math.max(carried, await countCarried());
    await close();
  };
  return engine;
}, ABILITIES);
for (const { name, run: check } of cases) {
  if (only !== undefined && !name.includes(only)) continue;
  const startedAt = performance.now();
  carried = 0;
  const error = await check().then(
    () => undefined,
    (caught) => `${caught?.stack ?? caught}`,
  );
  console.log(JSON.stringify({ name, carried, error, ms: Math.round(performance.now() - startedAt) }));
}
