/**
 * node echo.mjs HOST PORT: opens a connection to a service that echoes and says `ready`; each line of standard input goes over
 * it, and what comes back is said: `echoed LINE`. Says in the end how the connection ended.
 */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const [host, port] = process.argv.slice(2);
const socket = connect({ host, port: Number(port) });
socket.on('connect', () => socket.write('echo\nready\n'));
createInterface({ input: socket }).on('line', (line) => console.log(line === 'ready' ? line : `echoed ${line}`));
createInterface({ input: process.stdin }).on('line', (line) => socket.write(`${line}\n`));
socket.on('error', (error) => console.log(`lost ${error.code}`));
socket.on('end', () => console.log('lost end'));
