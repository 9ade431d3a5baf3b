/**
 * What being seen costs a proxy with 200 endpoints, each of which has had a connection: the socket at which it can be asked, while nobody does, and a scrape of its
 * metrics. On loopback.
 *
 *     npm run bench:seen [-- SCRAPES [IDLE_SECONDS]]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readCpuSeconds, readMemoryMib } from './relay/process-usage.mjs';
import { describeMachine, medianOf } from './relay/rounds.mjs';

const AMBASSADOR = fileURLToPath(new URL('../../packages/cli/bin/ambassador.js', import.meta.url));
const [scrapes = '100', idleSeconds = '60'] = process.argv.slice(2);
const ENDPOINTS = 200;
const [PORT, PROXY_PORT, ADMIN_PORT] = [17_000, 17_001, 17_004];

const folder = mkdtempSync(`${tmpdir()}/bench-`);
const addresses = Array.from({ length: ENDPOINTS }, (_, index) => `127.0.1.${index + 1}`);
writeFileSync(`${folder}/list.yaml`, addresses.map((address) => `- ${address}:${PORT}\n`).join(''));
const services = addresses.map((address) => createServer((socket) => socket.end('x')).listen(PORT, address));
const machine = describeMachine();
// A folder of sockets that is none: this one can't be asked.
writeFileSync(`${folder}/none`, '');
const proxies = [
  start(PROXY_PORT, folder),
  start(PROXY_PORT + 1, `${folder}/none`),
  start(PROXY_PORT + 2, `${folder}/none`, '--admin', `127.0.0.1:${ADMIN_PORT}`),
];
const [proxy] = proxies;
const socket = { socketPath: `${folder}/ambassador/${proxy.pid}.sock` };
try {
  for (const [index, { stdout }] of proxies.entries()) {
    await until(stdout, /listening/);
    for (let at = 0; at < 2 * ENDPOINTS; at++) await dial(PROXY_PORT + index);
  }
  // What `--admin` loads after the start is loaded then.
  await wait(4_000);
  const before = proxies.map(({ pid }) => readCpuSeconds(pid));
  await wait(Number(idleSeconds) * 1_000);
  const [asked, unasked, prepared] = proxies.map(({ pid }, index) => readCpuSeconds(pid) - before[index]);
  const memory = proxies.map(({ pid }) => readMemoryMib(pid));
  const loading = await time(() => scrape(socket));
  const first = await time(() => scrape({ host: '127.0.0.1', port: ADMIN_PORT }));
  const cpu = readCpuSeconds(proxy.pid);
  const times = [];
  for (let at = 0; at < Number(scrapes); at++) times.push((await time(() => scrape(socket))).ms);
  const perScrape = ((readCpuSeconds(proxy.pid) - cpu) * 1_000) / Number(scrapes);
  const sorted = times.toSorted((one, other) => one - other);
  const series = loading.result.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const ofEndpoints = series.filter((line) => line.startsWith('ambassador_endpoint_')).length;
  const ms = (value) => `${value.toFixed(1)} ms`;
  console.log(`${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${machine}\n`);
  console.log('| what | |\n|---|---|');
  console.log(`| processor time in ${idleSeconds} s in which nobody asks | ${ms(asked * 1_000)} |`);
  console.log(`| the same without a socket | ${ms(unasked * 1_000)} |`);
  console.log(`| the same with \`--admin\`, and no socket | ${ms(prepared * 1_000)} |`);
  console.log(
    `| memory then, without a socket, and with \`--admin\` | ${memory.map((mib) => mib.toFixed(1)).join(', ')} MiB |`,
  );
  console.log(`| the first scrape at the socket, with what it loads | ${ms(loading.ms)} |`);
  console.log(`| the first scrape at \`--admin\` | ${ms(first.ms)} |`);
  console.log(
    `| ${scrapes} more: median, and the slowest | ${ms(medianOf(sorted))}, ${ms(sorted.at(-1) ?? Number.NaN)} |`,
  );
  console.log(`| processor time of one of them | ${ms(perScrape)} |`);
  console.log(
    `| series, of which of endpoints; KiB | ${series.length}, ${ofEndpoints}; ${Math.round(loading.result.length / 1_024)} |`,
  );
} finally {
  for (const each of proxies) each.kill('SIGTERM');
  for (const service of services) service.close();
  rmSync(folder, { recursive: true, force: true });
}

function start(port, runtime, ...rest) {
  const args = ['proxy', `bench:${port}`, '--from', `file:${folder}/list.yaml`, '--balance', 'round-robin', ...rest];
  const env = { PATH: process.env.PATH, HOME: folder, XDG_RUNTIME_DIR: runtime, AMBASSADOR_LOG_LEVEL: 'error' };
  return spawn(process.execPath, [AMBASSADOR, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
}

async function time(run) {
  const startedAt = performance.now();
  const result = await run();
  return { result, ms: performance.now() - startedAt };
}

function until(stream, pattern) {
  return new Promise((resolve, reject) => {
    let text = '';
    stream.on('data', (chunk) => {
      text += chunk;
      if (pattern.test(text)) resolve();
    });
    stream.on('end', () => reject(new Error(`the proxy ended: ${text}`)));
  });
}

function dial(port) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', reject).on('close', resolve).resume();
  });
}

function scrape(at) {
  return new Promise((resolve, reject) => {
    const headers = { Host: at.port === undefined ? 'localhost' : `localhost:${at.port}` };
    const asked = request({ ...at, path: '/metrics', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    });
    asked.on('error', reject).end();
  });
}
