/**
 * node first-byte.mjs PORT LINE COMMAND ARGS...: starts the command and prints the milliseconds until a connection to the port
 * has answered the line, and those of processor time that the command has taken until then; then ends the command.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';

const [port, line, command, ...args] = process.argv.slice(2);
const startedAt = performance.now();
const child = spawn(command, args, { stdio: 'ignore' });

function readProcessorMs() {
  const threads = `/proc/${child.pid}/task`;
  const took = readdirSync(threads).map((id) =>
    Number(readFileSync(`${threads}/${id}/schedstat`, 'utf8').split(' ')[0]),
  );
  return took.reduce((sum, each) => sum + each) / 1e6;
}

const ask = () => {
  const socket = connect({ host: '127.0.0.1', port: Number(port) });
  socket.on('connect', () => socket.write(`${line}\n`));
  socket.once('data', () => {
    console.log(performance.now() - startedAt, readProcessorMs());
    socket.destroy();
    child.kill('SIGTERM');
  });
  socket.on('error', () => setTimeout(ask, 2));
};
ask();
