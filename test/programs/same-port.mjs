/**
 * node same-port.mjs PORT OWN_PORT TIMES WORD: says WORD over a connection from OWN_PORT of 127.0.0.1 to PORT, says `over` when that has ended, and waits for a line.
 * Then it asks `who` TIMES times from that very port, and prints as JSON what was answered, or why nothing was. With WORD `leave` it says `who` and
 * closes the first connection before there is an answer.
 */
import { once } from 'node:events';
import { connect } from 'node:net';

const [port, ownPort, times] = process.argv.slice(2).map(Number);
const firstWord = process.argv[5];

/** Says `word`, and hears the answer to its end, or why there is none. Resolves when the port is free. */
function ask(word) {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, localPort: ownPort });
    let heard = '';
    if (word === 'leave') socket.write('who\n', () => socket.destroy());
    else socket.write(`${word}\n`);
    socket.on('data', (chunk) => {
      heard += chunk;
    });
    socket.on('error', ({ code }) => {
      heard = code;
    });
    socket.on('close', () => resolve(heard.trim()));
  });
}

// What libuv tells of a reset behind data is an end.
await ask(firstWord);
console.log('over');
await once(process.stdin, 'data');
const answers = [];
for (let time = 0; time < times; time++) answers.push(await ask('who'));
console.log(JSON.stringify(answers));
process.exit();
