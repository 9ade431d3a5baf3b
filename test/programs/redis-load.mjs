// PORT: opens connections one after the other and asks each who it is, until standard input ends; prints the counts as JSON.
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
  socket.setTimeout(10_000, () => socket.destroy(new Error('no answer')));
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

console.log('ready');
while (!isOver) {
  const answer = await ask();
  counts.asked += 1;
  if (answer !== '$3\r\napp\r\n') {
    counts.failed += 1;
    if (counts.failures.length < 5) counts.failures.push(answer);
  }
}
console.log(JSON.stringify(counts));
