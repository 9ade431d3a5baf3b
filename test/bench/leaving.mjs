/**
 * What clients notice when an announcer is sent SIGTERM at any moment of its life and its service ends as soon as the announcer has: two
 * hosts with a service and an announcer each, of which one leaves and comes again TIMES times, and one with the proxy and a loader. In
 * the last second before it somebody asks for it, or claims its name, or nobody does.
 *
 *     npm run bench:leaving [-- TIMES]
 */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Lab } from '@mdns-ambassador/testkit';

const AMBASSADOR = fileURLToPath(new URL('../../packages/cli/bin/ambassador.js', import.meta.url));
const PROGRAMS = fileURLToPath(new URL('../programs/', import.meta.url));
/** Lines, and ms between two connections of one: 1,500 new connections a second at least, also while a third of the machine starts announcers. */
const LOAD = ['64', '15'];
/** It leaves within this time from when it is announced. */
const LIFE_MS = 3_000;
const DISTURBANCES = ['nobody', 'a question', 'a rival for its name'];
const TIMEOUT_MS = 60_000;
const times = Number(process.argv[2] ?? '100');

const reason = await Lab.unavailable();
if (reason !== undefined) {
  console.error(reason);
  process.exit(69);
}

const loadBefore = loadavg()[0]?.toFixed(1);
const lan = await Lab.create({ hosts: 3 });
/** When each left, and what came before. */
const lives = [];
let tally;
try {
  const [leaver, stayer, client] = [lan.host(1), lan.host(2), lan.host(3)];
  await start(stayer);
  const proxying = client.spawn(process.execPath, [AMBASSADOR, 'proxy', 'thing:7000']);
  await proxying.line(/found "thing on h2"/, { timeout: TIMEOUT_MS });
  const load = client.spawn(process.execPath, [`${PROGRAMS}load.mjs`, '127.0.0.1', '7000', ...LOAD]);
  await load.line(/^ready/);
  for (let time = 0; time < times; time++) {
    const disturbance = DISTURBANCES[time % DISTURBANCES.length];
    const begunAt = Date.now();
    const { service, announcer } = await start(leaver);
    const lifeMs = Math.random() * LIFE_MS;
    const disturbedMs = Math.min(lifeMs, Math.random() * 1_000);
    await setTimeout(lifeMs - disturbedMs);
    const disturber = disturb(stayer, disturbance);
    await setTimeout(disturbedMs);
    announcer.kill('SIGTERM');
    await announcer.exited;
    service.kill('SIGKILL');
    await service.exited;
    disturber?.kill('SIGKILL');
    await setTimeout(500);
    lives.push({ disturbance, lifeMs: Math.round(lifeMs), begunAt, endedAt: Date.now() });
    console.error(`${time + 1} of ${times}: left after ${Math.round(lifeMs)} ms, ${disturbance}`);
  }
  load.stdin.end();
  const [json] = await load.line(/^\{.*\}$/, { timeout: TIMEOUT_MS });
  tally = JSON.parse(json);
} finally {
  await lan.close();
}

for (const failure of tally.failures) console.error(JSON.stringify(failure));
const isClean = ({ begunAt, endedAt }) => tally.failures.every((one) => one.begunAt < begunAt || one.begunAt > endedAt);
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
console.log(`${new Date().toISOString().slice(0, 10)}, commit ${commit}, Node ${process.version}, Linux ${release()},`);
console.log(
  `${cpus().length} x ${cpus()[0]?.model}, load ${loadBefore} at the start; \`npm run bench:leaving -- ${times}\`\n`,
);
console.log('| before it left | runs | without a failure |');
console.log('|---|---|---|');
for (const disturbance of DISTURBANCES) {
  const runs = lives.filter((life) => life.disturbance === disturbance);
  console.log(`| ${disturbance} | ${runs.length} | ${runs.filter(isClean).length} |`);
}
console.log(
  `\n${tally.answered} connections at ${Math.round(tally.answered / tally.seconds)}/s, ${tally.by.h1 ?? 0} of them to the one that left; ` +
    `${tally.failures.length} failed; p99 ${tally.p99Ms} ms, worst ${tally.worstMs} ms`,
);

/** @param {import('@mdns-ambassador/testkit').Host} host */
async function start(host) {
  const service = host.spawn(process.execPath, [`${PROGRAMS}service.mjs`, '7000', host.name]);
  await service.line(/^ready/, { timeout: TIMEOUT_MS });
  const announcer = host.spawn(process.execPath, [AMBASSADOR, 'announce', 'thing:7000']);
  await announcer.line(/^announced/, { timeout: TIMEOUT_MS });
  return { service, announcer };
}

/** @param {import('@mdns-ambassador/testkit').Host} host */
function disturb(host, how) {
  switch (how) {
    case 'a question':
      return host.spawn(process.execPath, [AMBASSADOR, 'list', 'thing', '--watch']);
    case 'a rival for its name':
      return host.spawn(process.execPath, [AMBASSADOR, 'announce', 'thing:7000', '--name', 'thing on h1']);
    default:
      return undefined;
  }
}
