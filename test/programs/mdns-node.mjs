/**
 * node mdns-node.mjs publish NAME | browse [TYPE]: a bare node of packages/mdns on every interface. Prints `ready`, then what it publishes or
 * finds as `added NAME ADDRESS,ADDRESS`, `updated ...`, `removed NAME`, and what the node says as `KIND INTERFACE`. SIGUSR1
 * makes it print its counters. Ends by SIGTERM, with goodbyes.
 */
import { hostname } from 'node:os';
import { createMdnsNode, hostLabel, systemClock, systemNetwork } from '../../packages/mdns/dist/index.js';

const TYPE = '_lab._tcp';
const [mode, name] = process.argv.slice(2);

const node = createMdnsNode({
  network: systemNetwork(),
  clock: systemClock,
  random: Math.random,
  hostLabel: hostLabel(hostname(), Math.random),
  onEvent: (event) => console.log(event.kind, event.interfaceName ?? '', event.error?.code ?? ''),
});

try {
  await node.start();
} catch (error) {
  console.log(`refused ${error.code} ${error.message}`);
  process.exit(1);
}
process.once('SIGTERM', async () => {
  await node.close();
  process.exit(0);
});
process.on('SIGUSR1', () => console.log(`counters ${JSON.stringify(node.counters)}`));
if (mode === 'publish') {
  node.publish({ name, type: TYPE, port: 7000 }, (event) => {
    console.log(event.kind, event.name ?? event.to, event.interfaces?.join(',') ?? '');
  });
} else {
  node.browse({ type: name ?? TYPE }, ({ kind, instance }) => {
    const addresses = instance.addresses.map(({ address }) => address).join(',');
    console.log(kind, instance.name, kind === 'removed' ? '' : addresses);
  });
}
console.log('ready');
