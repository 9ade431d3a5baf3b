/**
 * node first-byte.mjs PORT LINE COMMAND ARGS...: starts the command and prints the milliseconds until a connection to the port
 * has answered the line; then ends the command.
 */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';

const [port, line, command, ...args] = process.argv.slice(2);
const startedAt = performance.now();
const child = spawn(command, args, { stdio: 'ignore' });

const ask = () => {
  const socket = connect({ host: '127.0.0.1', port: Number(port) });
  socket.on('connect', () => socket.write(`${line}\n`));
  socket.once('data', () => {
    console.log(performance.now() - startedAt);
    socket.destroy();
    child.kill('SIGTERM');
  });
  socket.on('error', () => setTimeout(ask, 2));
};
ask();
