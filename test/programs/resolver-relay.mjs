/**
 * node resolver-relay.mjs: takes DNS queries on 127.0.0.1:5300 to the mDNS group, from a port of its own each, and the first answer back.
 * dig connects its socket, and so hears no answer from another address than it asked. Prints `ready`.
 */
import { createSocket } from 'node:dgram';

const GROUP = '224.0.0.251';
const server = createSocket('udp4');

server.on('message', (query, client) => {
  const asking = createSocket('udp4');
  asking.once('message', (answer) => {
    server.send(answer, client.port, client.address);
    asking.close();
  });
  asking.send(query, 5353, GROUP);
});
server.bind(5300, '127.0.0.1', () => console.log('ready'));
