/**
 * node slow-readers.mjs HOST PORT COUNT: COUNT clients of `firehose` that read a little and then nothing. Prints `ready` when
 * each has read something; resets them all when its standard input ends.
 */
import { connect } from 'node:net';

/** So few stand in a queue that nobody is turned away, however busy the machine is. */
const AT_ONCE = 5;
const [host, port, count] = process.argv.slice(2);
const sockets = [];

const begin = () =>
  new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) });
    sockets.push(socket);
    socket.on('error', (error) => console.log(`lost: ${error.code}`));
    socket.on('end', () => console.log('lost: end'));
    socket.write('firehose\n');
    socket.once('data', () => {
      socket.pause();
      resolve();
    });
  });

process.stdin.resume();
process.stdin.on('end', () => {
  for (const socket of sockets) {
    socket.resetAndDestroy();
  }
});

while (sockets.length < Number(count)) {
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, Number(count) - sockets.length) }, begin));
}
console.log('ready');
