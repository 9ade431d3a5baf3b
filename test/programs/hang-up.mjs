/** node hang-up.mjs HOST PORT: gets `holding` from the service, then resets the connection. Prints as JSON what it did. */
import { connect } from 'node:net';

const [host, port] = process.argv.slice(2);
const socket = connect({ host, port: Number(port) });
socket.write('hold\n');
socket.once('data', (chunk) => {
  socket.resetAndDestroy();
  console.log(JSON.stringify({ heard: chunk.toString() }));
});
