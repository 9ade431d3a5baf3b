/**
 * The packages as a library: this one program publishes a service, finds it as any machine of the network would, and proxies to it.
 * Prints one line for each step; ends on SIGTERM, with a goodbye.
 */
import { createServer, get } from 'node:http';
import { createAmbassador } from '@mdns-ambassador/ambassador';
import { createMdnsNode } from '@mdns-ambassador/mdns';

const service = createServer((_, response) => response.end('hello from an embedded service\n'));
service.listen(7000, '0.0.0.0');

const node = createMdnsNode();
await node.start();
node.publish({ name: 'embedded', type: '_embed._tcp', port: 7000 });

const ambassador = createAmbassador({
  service: 'embed',
  port: 8000,
  onEvent: (event) => console.log([event.kind, event.endpoint?.instance].filter(Boolean).join(' ')),
});
await ambassador.start();

get({ port: 8000, host: '127.0.0.1', agent: false }, (response) => response.pipe(process.stdout));

process.once('SIGTERM', async () => {
  await node.close();
  await ambassador.drain();
  await ambassador.close();
  service.close();
});
