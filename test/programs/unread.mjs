/**
 * node unread.mjs HOST PORT: gets `holding`, sends what the service will not read, says `ready`, and prints as JSON how the
 * connection ends.
 */
import { connect } from 'node:net';

const [host, port] = process.argv.slice(2);
const socket = connect({ host, port: Number(port), allowHalfOpen: true });
const finish = (end) => {
  console.log(JSON.stringify({ end }));
  process.exit();
};
socket.write('hold\n');
socket.once('data', () => {
  socket.write(Buffer.alloc(1 << 16), () => console.log('ready'));
});
socket.on('end', () => finish('end'));
socket.on('error', (error) => finish(error.code));
