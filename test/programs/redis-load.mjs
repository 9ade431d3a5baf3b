// PORT: opens connections, three at a time, and asks each who it is, until standard input ends; prints `asked N` now and then, and the
// counts as JSON.
import { once } from 'node:events';
import { connect } from 'node:net';

const port = Number(process.argv[2]);
const counts = { asked: 0, failed: 0, failures: [] };
let isOver = false;
process.stdin.on('end', () => {
  isOver = true;
});
process.stdin.resume();

async function ask() {
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(60_000, () => socket.destroy(new Error('no answer')));
  try {
    socket.write('*2\r\n$3\r\nACL\r\n$6\r\nWHOAMI\r\n');
    const [answer] = await once(socket, 'data');
    return String(answer);
  } catch (error) {
    return error.message;
  } finally {
    socket.destroy();
  }
}

async function askOn() {
  while (!isOver) {
    const answer = await ask();
    counts.asked += 1;
    if (counts.asked % 10 === 0) console.log(`asked ${counts.asked}`);
    if (answer === '$3\r\napp\r\n') continue;
    counts.failed += 1;
    if (counts.failures.length < 5) counts.failures.push(answer);
  }
}

console.log('ready');
await Promise.all([askOn(), askOn(), askOn()]);
console.log(JSON.stringify(counts));
