/**
 * Whether anything is kept that should not be: what is left on the heap after a full collection, again and again.
 *
 *     node --expose-gc test/soak/memory.mjs lan [VIRTUAL HOURS]
 *     node test/soak/memory.mjs proxy [CONNECTIONS]
 *
 * `lan`: ten hosts on a simulated LAN, of which one after another crashes, leaves or is cut off, and comes back under another host
 * name; two stay. `proxy`: the real proxy on loopback, two backends of which one is killed every other second, eight clients.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SimulatedLan } from '@mdns-ambassador/testkit';

const [what, amount] = process.argv.slice(2);
const NODE = process.execPath;
const AMBASSADOR = fileURLToPath(new URL('../../packages/cli/bin/ambassador.js', import.meta.url));
const SERVICE = fileURLToPath(new URL('../programs/service.mjs', import.meta.url));
const SAMPLES = 12;
const TYPE = '_thing._tcp';
const HOSTS = 10;
const STAYING = 2;
const HOUR_MS = 3_600_000;
const FAULT_EVERY_MS = 30_000;
const DOWN_MS = 10_000;
const PORT = 7_300;
const BACKENDS = [7_301, 7_302];
const CLIENTS = 8;
const KILL_EVERY_MS = 2_000;
const PROBE = `process.on('SIGUSR2', () => {
  gc(); gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  const mib = (bytes) => (bytes / 2 ** 20).toFixed(1);
  const handles = process.getActiveResourcesInfo().length;
  console.error('memory: heap ' + mib(heapUsed) + ', external ' + mib(external) + ', RSS ' + mib(rss) + ' MiB; ' + handles + ' handles');
});`;

const heap = () => {
  globalThis.gc?.();
  return Number((process.memoryUsage().heapUsed / 2 ** 20).toFixed(2));
};

const runLan = async (hours) => {
  const lan = await SimulatedLan.create({ hosts: HOSTS, loss: 0.05 });
  const settle = (host) => {
    host.node.publish({ name: `thing on ${host.name}`, type: TYPE, port: 80 });
    host.watch(TYPE);
  };
  lan.hosts.forEach(settle);
  const samples = [];
  let faults = 0;
  for (let sample = 0; sample < SAMPLES; sample++) {
    const until = lan.clock.now() + (hours * HOUR_MS) / SAMPLES;
    while (lan.clock.now() < until) {
      const host = lan.hosts[STAYING + Math.floor(lan.random() * (HOSTS - STAYING))];
      const kind = ['crash', 'leave', 'partition'][faults % 3];
      faults += 1;
      if (kind === 'partition')
        lan.partition(
          [host],
          lan.hosts.filter((other) => other !== host),
        );
      else void host[kind]();
      await lan.run(DOWN_MS);
      if (kind === 'partition') lan.heal();
      else {
        await host.start();
        settle(host);
      }
      await lan.run(FAULT_EVERY_MS - DOWN_MS);
    }
    samples.push(heap());
  }
  console.log(
    `${hours} virtual hours, ${faults} faults; known at the end: ${lan.hosts[0].known(TYPE).size} of ${HOSTS}`,
  );
  console.log(`heap of all ${HOSTS} nodes after collection, MiB: ${samples.join(' ')}`);
};

const startBackend = async (port) => {
  const service = spawn(NODE, [SERVICE, `${port}`, `${port}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(service.stdout, 'data');
  service.stdout.resume();
  return service;
};

const runProxy = async (connections) => {
  const services = await Promise.all(BACKENDS.map(startBackend));
  const from = `static:${BACKENDS.map((port) => `127.0.0.1:${port}`).join(',')}`;
  const probe = `data:text/javascript,${encodeURIComponent(PROBE)}`;
  const args = ['--expose-gc', '--import', probe, AMBASSADOR, 'proxy', `thing:${PORT}`, '--from', from];
  const proxy = spawn(NODE, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines = createInterface({ input: proxy.stderr });
  lines.on(
    'line',
    (line) => line.startsWith('memory') && console.log(`after ${done} connections, ${failed} failed: ${line}`),
  );
  proxy.stdout.resume();
  let done = 0;
  let failed = 0;
  const ask = () =>
    new Promise((resolve) => {
      const socket = connect(PORT, '127.0.0.1', () => socket.write('who\n'));
      let isAnswered = false;
      socket.on('data', () => {
        isAnswered = true;
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        done += 1;
        if (!isAnswered) failed += 1;
        resolve();
      });
    });
  const killing = setInterval(async () => {
    services[0].kill('SIGKILL');
    await once(services[0], 'exit');
    services[0] = await startBackend(BACKENDS[0]);
  }, KILL_EVERY_MS);
  await once(proxy.stdout, 'data');
  for (let sample = 1; sample <= SAMPLES; sample++) {
    const goal = (connections * sample) / SAMPLES;
    const askOn = async () => {
      while (done < goal) await ask();
    };
    await Promise.all(Array.from({ length: CLIENTS }, askOn));
    const told = once(lines, 'line');
    proxy.kill('SIGUSR2');
    await told;
  }
  clearInterval(killing);
  proxy.kill('SIGTERM');
  for (const service of services) service.kill('SIGKILL');
};

if (what === 'lan') await runLan(Number(amount ?? 24));
else await runProxy(Number(amount ?? 120_000));
process.exit();
