/**
 * node unread.mjs HOST PORT: gets `holding`, sends more than a service that reads no more takes in one read, says `ready`, and
 * prints as JSON how the connection ends.
 */
import { connect } from 'node:net';

/** One read of Node takes up to 64 KiB, so that of 64 KiB nothing may be left for the kernel to hold. */
const UNREAD_BYTES = 1 << 20;
const [host, port] = process.argv.slice(2);
const socket = connect({ host, port: Number(port), allowHalfOpen: true });
const finish = (end) => {
  console.log(JSON.stringify({ end }));
  process.exit();
};
socket.write('hold\n');
socket.once('data', () => {
  socket.write(Buffer.alloc(UNREAD_BYTES));
  console.log('ready');
});
socket.on('end', () => finish('end'));
socket.on('error', (error) => finish(error.code));
