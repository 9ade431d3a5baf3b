/** node ciao-peer.mjs JSON: a service of @homebridge/ciao until it is told to stop. Prints `renamed NAME` where the name was taken, and `ready`. */
import { getResponder, ServiceEvent } from '@homebridge/ciao';

const { instance, type, port, txt } = JSON.parse(process.argv[2]);
// It takes the names of interfaces from `ip link`, which calls one end of a cable of the lab `eth0@if7`; without, from Node.
process.env.PATH = '';
const responder = getResponder();

process.on('SIGTERM', async () => {
  await responder.shutdown();
  process.exit();
});

// `_thing._tcp` -> `thing`
const service = responder.createService({ name: instance, type: type.slice(1, type.indexOf('.')), port, txt });
service.on(ServiceEvent.NAME_CHANGED, (name) => console.log(`renamed ${name}`));
await service.advertise();
console.log('ready');
