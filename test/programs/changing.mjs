/**
 * node changing.mjs native | avahi: publishes what it is told, one JSON document a line on standard input:
 * {"op":"publish"|"update","key":"a","service":{"instance","type","port","txt"}} or {"op":"close","key":"a"}. Prints `ready`, then
 * `announced NAME` and `renamed FROM -> TO`. Ends by SIGTERM, with goodbyes.
 */
import { hostname } from 'node:os';
import { createInterface } from 'node:readline';
import { AvahiResponder, messageBusAt } from '../../packages/announcer/dist/index.js';
import { createMdnsNode, hostLabel, systemClock, systemNetwork } from '../../packages/mdns/dist/index.js';

const network = systemNetwork();
const clock = systemClock;
const publisher =
  process.argv[2] === 'avahi'
    ? new AvahiResponder({
        connect: messageBusAt('unix:path=/run/dbus/system_bus_socket'),
        clock,
        interfaces: () => network.interfaces(),
        onEvent: (event) => console.log(JSON.stringify(event)),
      })
    : createMdnsNode({ network, clock, random: Math.random, hostLabel: hostLabel(hostname(), Math.random) });
await publisher.start();
process.once('SIGTERM', async () => {
  await publisher.close();
  process.exit(0);
});

const publications = new Map();
const run = {
  publish: ({ key, service: { instance, type, port, txt } }) => {
    const tell = ({ kind, name, from, to }) =>
      console.log(kind === 'renamed' ? `renamed ${from} -> ${to}` : `${kind} ${name}`);
    publications.set(key, publisher.publish({ name: instance, type, port, txt: encode(txt) }, tell));
  },
  update: ({ key, service: { port, txt } }) => publications.get(key).update({ port, txt: encode(txt) }),
  close: ({ key }) => publications.get(key).close(),
};
createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line);
  run[command.op](command);
});
console.log('ready');

function encode(txt) {
  return new Map(Object.entries(txt).map(([key, value]) => [key, Buffer.from(value)]));
}
