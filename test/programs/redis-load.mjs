// PORT: opens connections, three at a time, and asks each who it is, until standard input ends; prints `asked N` now and then, and the
// counts as JSON.
import { connect } from 'node:net';
import { askUntilEnd } from './askers.mjs';

/** An error, or a bulk string. */
const WHOLE = /^(?:-.*|\$\d+\r\n.*)\r\n$/;
const port = Number(process.argv[2]);

async function ask() {
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(60_000, () => socket.destroy(new Error('no answer')));
  try {
    socket.write('*2\r\n$3\r\nACL\r\n$6\r\nWHOAMI\r\n');
    let answer = '';
    for await (const chunk of socket) {
      answer += chunk;
      if (WHOLE.test(answer)) break;
    }
    return answer;
  } catch (error) {
    return error.message;
  } finally {
    socket.destroy();
  }
}

await askUntilEnd({ ask, wanted: '$3\r\napp\r\n', atATime: 3, linesEvery: 10 });
