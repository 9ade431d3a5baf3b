/**
 * What clients notice when an announcer is sent SIGTERM at any moment of its life and its service is killed as soon as the announcer has ended: two
 * hosts with a service and an announcer each, of which one leaves and comes again TIMES times, and one with the proxy and RATE clients a
 * second, who come whether or not the former ones were answered. In the last second before it leaves somebody asks for it, or claims its
 * name, or nobody does. A run is from one coming to half a second after the leaving; who comes meanwhile, also while its programs start, is of it.
 *
 *     npm run bench:leaving [-- TIMES [RATE]]
 */
import { execFileSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { firstLine, NGINX, nginx } from './relay/peers.mjs';
import { medianOf, untilListening } from './relay/rounds.mjs';
import { runBench } from './relay/run-bench.mjs';

const AMBASSADOR = fileURLToPath(new URL('../../packages/cli/bin/ambassador.js', import.meta.url));
const OFFER_SOURCE = fileURLToPath(new URL('relay/offer.c', import.meta.url));
const PORT = 7_000;
/** A client that has no answer by then has failed. */
const PATIENCE_MS = 15_000;
/** It leaves within this time from when it is announced. */
const LIFE_MS = 3_000;
const SETTLE_MS = 500;
const DISTURBANCES = ['nothing', 'somebody asked for it', 'somebody claimed its name'];
const TIMEOUT_MS = 60_000;
const [times, rate] = [Number(process.argv[2] ?? 100), Number(process.argv[3] ?? 1_500)];

await runBench({ hosts: 3 }, async ({ lan, folder, machine }) => {
  const [leaver, stayer, client] = [lan.host(1), lan.host(2), lan.host(3)];
  execFileSync('gcc', ['-O2', '-o', `${folder}/offer`, OFFER_SOURCE], { stdio: 'inherit' });
  // Enough for what each second leaves behind for a minute.
  await client.read('sh', ['-c', 'echo 10000 65000 > /proc/sys/net/ipv4/ip_local_port_range']);
  await start(stayer, folder);
  const proxying = client.spawn(process.execPath, [AMBASSADOR, 'proxy', `thing:${PORT}`]);
  await proxying.line(/found "thing on h2"/, { timeout: TIMEOUT_MS });
  const clients = client.spawn(`${folder}/offer`, [`${PORT}`, `${rate}`, '-', `${PATIENCE_MS}`]);
  const takeTally = async () => JSON.parse((await clients.line(/^\{.*\}$/, { timeout: TIMEOUT_MS }))[0]);
  const endTurn = async () => {
    clients.stdin.write('\n');
    return await takeTally();
  };
  await setTimeout(1_000);
  const others = [await endTurn()];
  const runs = [];
  for (let time = 0; time < times; time++) {
    const disturbance = DISTURBANCES[time % DISTURBANCES.length];
    const life = await leaveOnce(leaver, stayer, folder, disturbance);
    const run = { disturbance, ...life, ...(await endTurn()) };
    runs.push(run);
    console.error(`${time + 1} of ${times}: ${describeRun(run)}`);
  }
  clients.stdin.end();
  others.push(await takeTally());
  print(runs, others, machine);
});

/** Comes, is disturbed, and leaves at a random moment; resolves a while later. */
async function leaveOnce(leaver, stayer, folder, disturbance) {
  const { service, announcer } = await start(leaver, folder);
  const lifeMs = Math.random() * LIFE_MS;
  const disturbedMs = Math.min(lifeMs, Math.random() * 1_000);
  await setTimeout(lifeMs - disturbedMs);
  const disturber = disturb(stayer, disturbance);
  await setTimeout(disturbedMs);
  const leftAt = Date.now();
  announcer.kill('SIGTERM');
  const { code } = await announcer.exited;
  const endedAt = Date.now();
  service.kill('SIGKILL');
  await service.exited;
  if (code !== 0) throw new Error(`the announcer ended with ${code}:\n${announcer.output}`);
  disturber?.kill('SIGKILL');
  await setTimeout(SETTLE_MS);
  return { lifeMs, leftAt, endedAt };
}

/** @param {import('@mdns-ambassador/testkit').Host} host */
async function start(host, folder) {
  const answer = `default_type text/plain; return 200 "\\n${host.name}";`;
  const http = `http { access_log off; server { listen ${PORT} backlog=4096; location / { ${answer} } } }`;
  const [command = '', ...args] = nginx(`${folder}/${host.name}`, 'master_process off;', http);
  const service = host.spawn(command, args);
  await untilListening(host, PORT);
  const announcer = host.spawn(process.execPath, [AMBASSADOR, 'announce', `thing:${PORT}`]);
  await announcer.line(/^announced/, { timeout: TIMEOUT_MS });
  return { service, announcer };
}

/** @param {import('@mdns-ambassador/testkit').Host} host */
function disturb(host, how) {
  switch (how) {
    case 'somebody asked for it':
      return host.spawn(process.execPath, [AMBASSADOR, 'list', 'thing', '--watch']);
    case 'somebody claimed its name':
      return host.spawn(process.execPath, [AMBASSADOR, 'announce', `thing:${PORT}`, '--name', 'thing on h1']);
    default:
      return undefined;
  }
}

function failedIn({ refused, late }) {
  return refused + late;
}

function describeRun(run) {
  const { disturbance, lifeMs, leftAt, endedAt, names } = run;
  const done = `offered ${run.rate.toFixed(0)}/s, served ${run.servedRate.toFixed(0)}/s, ${names.h1 ?? 0} by the one that left`;
  const left = `left ${lifeMs.toFixed(0)} ms after it was announced (${disturbance}), ended ${endedAt - leftAt} ms later`;
  if (failedIn(run) === 0) return `none failed; ${done}; ${left}`;
  const when = `who began ${run.firstFailedAt - leftAt} to ${run.lastFailedAt - leftAt} ms after it was told to leave`;
  return `${failedIn(run)} FAILED ${JSON.stringify(run.failures)}, ${when}; ${done}; ${left}`;
}

function print(runs, others, machine) {
  const isClean = (run) => failedIn(run) === 0;
  const isWhole = (run) => run.offered / run.seconds >= rate * 0.995;
  const commit = firstLine('git', ['rev-parse', '--short', 'HEAD']);
  const all = [...runs, ...others];
  const sum = (read) => all.reduce((total, tally) => total + read(tally), 0);
  const range = (read) => {
    const values = runs.map(read);
    return `${medianOf(values).toFixed(0)} (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)})`;
  };
  console.log(
    `${new Date().toISOString().slice(0, 10)}, commit ${commit}, Node ${process.version}, nginx ${NGINX.version()},`,
  );
  console.log(`${machine}; \`npm run bench:leaving -- ${times} ${rate}\`\n`);
  console.log(`| within the second before it left | runs | without a failure | of these with ${rate}/s offered |`);
  console.log('|---|---|---|---|');
  for (const disturbance of [...DISTURBANCES, 'all']) {
    const some = runs.filter((run) => disturbance === 'all' || run.disturbance === disturbance);
    const clean = some.filter(isClean);
    console.log(`| ${disturbance} | ${some.length} | ${clean.length} | ${clean.filter(isWhole).length} |`);
  }
  console.log(
    `\nMedian (least to most) of the runs: ${range((run) => run.offered / run.seconds)} connections offered a second, ` +
      `${range((run) => run.servedRate)} served, p99 ${range((run) => run.p99)} ms, ${range((run) => run.names.h1 ?? 0)} served by the one that left; ` +
      `who offers was behind by ${range((run) => run.mostBehindMs)} ms at the most.`,
  );
  console.log(
    `All: ${sum(({ offered }) => offered)} connections, ${sum(({ served }) => served)} served, ${sum(failedIn)} failed; ` +
      `the slowest ${Math.max(...all.map(({ most }) => most)).toFixed(0)} ms.`,
  );
}
