/**
 * Publishes a service, finds it as any other machine on the link would, resolves it, changes it and takes it back. Prints one line for
 * each step and ends by itself. Run it with: node packages/mdns/examples/publish-and-browse.mjs
 */
import { createMdnsNode } from '@mdns-ambassador/mdns';

const node = createMdnsNode();
await node.start();

const publication = node.publish({
  name: 'example',
  type: '_example._tcp',
  port: 7000,
  txt: new Map([['colour', Buffer.from('green')]]),
});

node.browse({ type: '_example._tcp' }, ({ kind, instance }) => {
  const colour = Buffer.from(instance.txt.get('colour') ?? '').toString();
  console.log(`${kind} ${instance.name} at ${instance.addresses[0].address}:${instance.port}, ${colour}`);
  if (kind === 'added') publication.update({ txt: new Map([['colour', Buffer.from('blue')]]) });
  if (kind === 'updated') void publication.close();
  if (kind === 'removed') void node.close();
});
