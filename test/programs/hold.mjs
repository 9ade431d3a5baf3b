/** node hold.mjs HOST PORT: opens a connection that nothing happens on, says `holding`, and in the end how it ended. */
import { connect } from 'node:net';

const [host, port] = process.argv.slice(2);
const socket = connect({ host, port: Number(port) });
socket.on('connect', () => socket.write('hold\n'));
socket.once('data', () => console.log('holding'));
socket.on('error', (error) => console.log(error.code));
socket.on('end', () => console.log('end'));
