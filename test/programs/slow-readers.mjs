/**
 * node slow-readers.mjs HOST PORT COUNT: COUNT clients of `firehose` that read a little and then nothing. Prints `ready` when
 * each has read something; resets them all when its standard input ends.
 */
import { connect } from 'node:net';

const [host, port, count] = process.argv.slice(2);
let stalled = 0;

const sockets = Array.from({ length: Number(count) }, () => {
  const socket = connect({ host, port: Number(port) });
  socket.on('error', (error) => console.log(`lost: ${error.code}`));
  socket.on('end', () => console.log('lost: end'));
  socket.write('firehose\n');
  socket.once('data', () => {
    socket.pause();
    stalled += 1;
    if (stalled === sockets.length) {
      console.log('ready');
    }
  });
  return socket;
});

process.stdin.resume();
process.stdin.on('end', () => {
  for (const socket of sockets) {
    socket.resetAndDestroy();
  }
});
