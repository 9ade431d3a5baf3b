/**
 * The packages as a library: this one program publishes a service, finds it as any machine of the network would, and proxies to it.
 * Prints one line for each step; ends on SIGTERM, with a goodbye.
 */
import { createServer, get } from 'node:http';
import { hostname } from 'node:os';
import { createAmbassador, createMdnsSource, createNodeEngine } from '@mdns-ambassador/ambassador';
import { createMdnsNode, hostLabel, systemClock, systemNetwork } from '@mdns-ambassador/mdns';

const SERVICE_PORT = 7000;
const LOCAL_PORT = 8000;

const network = systemNetwork();
const clock = systemClock;
const node = createMdnsNode({ network, clock, random: Math.random, hostLabel: hostLabel(hostname(), Math.random) });
await node.start();

const service = createServer((_, response) => response.end('hello from an embedded service\n'));
service.listen(SERVICE_PORT, '0.0.0.0');
const publication = node.publish({ name: 'embedded', type: '_embed._tcp', port: SERVICE_PORT });

const source = createMdnsSource({
  service: 'embed',
  type: '_embed._tcp',
  browser: node,
  interfaces: () => network.interfaces(),
  clock,
});
const ambassador = createAmbassador({
  proxies: [
    {
      service: 'embed',
      listen: [{ kind: 'tcp', address: '127.0.0.1', port: LOCAL_PORT }],
      sources: [source],
      merge: 'union',
      balance: 'p2c',
      connectTimeoutMs: 10_000,
      onEndpointLost: 'keep',
      drainTimeoutMs: 5_000,
      maxConnections: 100,
    },
  ],
  clock,
  random: Math.random,
  createEngine: createNodeEngine,
  onEvent: (event) => console.log([event.kind, event.endpoint?.instance].filter(Boolean).join(' ')),
});
await ambassador.start();

get({ port: LOCAL_PORT, host: '127.0.0.1', agent: false }, (response) => response.pipe(process.stdout));

process.once('SIGTERM', async () => {
  await publication.close();
  await ambassador.drain();
  await ambassador.close();
  await node.close();
  service.close();
});
