/** node socket-relay.mjs LISTEN TARGET: carries connections to a unix socket to another, until it is killed. */
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';

const [listen, target] = process.argv.slice(2);
rmSync(listen, { force: true });
createServer((client) => {
  const upstream = connect(target);
  for (const socket of [client, upstream]) socket.on('error', () => [client, upstream].map((one) => one.destroy()));
  client.pipe(upstream).pipe(client);
}).listen(listen, () => console.log('ready'));
