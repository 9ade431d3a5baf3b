/**
 * node crowded-page.mjs PORT MACHINES SERVICES: serves the real page on loopback, for a mesh of so many machines with so many services
 * each; every fourth has proxies, and their traffic grows. On SIGUSR2 the machines whose number ends in 7 leave.
 */
import { createServer } from 'node:net';
import { createAdmin, RecentEvents } from '../../packages/admin/dist/index.js';
import { systemClock } from '../../packages/mdns/dist/index.js';

const [port, machines, services] = process.argv.slice(2).map(Number);
const SERVICES = ['redis', 'web', 'postgres', 'files', 'metrics'];
const STATES = ['ready', 'ready', 'ready', 'ready', 'draining', 'ready', 'ejected', 'ready', 'stale'];
const names = ['nas', 'laptop', 'desk', 'pi', 'studio', 'tv', 'build', 'lab', 'kitchen', 'printer-room'];
const startedAt = Date.now();
let hasLeft = false;

const nameOf = (number) => (number < names.length ? names[number] : `${names[number % names.length]}-${number}`);
const serviceOf = (number) => SERVICES[number % SERVICES.length];
const isThere = (number) => !hasLeft || number % 10 !== 7;
const hex = (number) => number.toString(16).padStart(16, '0');

function identity(number) {
  return {
    id: hex(number),
    machine: {
      id: hex(number + 0x10000),
      name: nameOf(number),
      platform: ['linux', 'darwin', 'win32'][number % 3],
      addresses: [`10.0.${Math.floor(number / 250)}.${(number % 250) + 1}`],
    },
    version: '0.1.0',
    mode: 'mesh',
  };
}

function show(number) {
  const seconds = (Date.now() - startedAt) / 1_000;
  const proxied = [0, 1, 2].map((each) => ({
    service: serviceOf(each),
    listen: [`127.0.0.1:${6000 + each}`],
    bytes: Math.round(seconds * 10 ** ((number + each * 3) % 9)),
    endpoints: [1, 2, 3]
      .filter((step) => isThere((number + step) % machines))
      .map((step) => ({
        instance: `${serviceOf(each)} on ${nameOf((number + step) % machines)}`,
        address: `10.0.0.${((number + step) % machines) + 1}`,
        port: 6000 + each,
        state: STATES[(number + step * each) % STATES.length],
        active: (number + step * 3) % 14,
        total: Math.round(seconds * ((step * (number + 3)) % 40)),
        failures: 0,
      })),
  }));
  return {
    ...identity(number),
    announced: Array.from({ length: services }, (_, each) => ({
      service: serviceOf(each),
      instance: `${serviceOf(each)} on ${nameOf(number)}`,
      type: `_${serviceOf(each)}._tcp`,
      port: 6000 + each,
      state: 'announced',
    })),
    proxied: number % 4 === 0 ? proxied : [],
  };
}

const admin = createAdmin({
  process: { version: '0.1.0', pid: 1, command: 'up', platform: 'linux', hostName: nameOf(0) },
  startedAt: systemClock.now(),
  snapshot: () => ({ phase: 'running', meshes: [], announcements: [], services: [], traffic: [] }),
  events: new RecentEvents(),
  lan: {
    identity: () => identity(0),
    look: () => ({
      processes: () =>
        Array.from({ length: machines }, (_, number) => number)
          .filter((number) => number > 0 && isThere(number))
          .map((number) => ({ via: 'peer', view: show(number) })),
      instances: () => [],
      close: () => undefined,
    }),
  },
  clock: systemClock,
});
process.on('SIGUSR2', () => {
  hasLeft = true;
});
createServer((socket) => admin.serve(socket)).listen(port, '127.0.0.1', () => console.log('ready'));
