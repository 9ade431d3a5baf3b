/**
 * node crowd.mjs HOST PORT COUNT: opens COUNT connections and keeps them all open; over each it sends a line of its own and
 * waits for its echo, twice: once opened, and again when all are open. Prints as JSON how many were answered each time.
 */
import { once } from 'node:events';
import { connect } from 'node:net';

const AT_A_TIME = 200;
const [host, port, count] = process.argv.slice(2);

const askEcho = (socket, line) =>
  new Promise((resolve) => {
    let answer = '';
    const finish = (isRight) => {
      socket.off('data', read);
      socket.off('close', fail);
      resolve(isRight);
    };
    const fail = () => finish(false);
    const read = (chunk) => {
      answer += chunk;
      if (answer.endsWith('\n')) {
        finish(answer === line);
      }
    };
    socket.on('data', read);
    socket.on('close', fail);
    socket.write(line);
  });

const open = async (number) => {
  const socket = connect({ host, port: Number(port) });
  socket.on('error', () => {});
  try {
    await once(socket, 'connect');
  } catch {
    return undefined;
  }
  socket.write('echo\n');
  return (await askEcho(socket, `first ${number}\n`)) ? socket : undefined;
};

const sockets = [];
for (let number = 0; number < Number(count); number += AT_A_TIME) {
  const batch = Array.from({ length: Math.min(AT_A_TIME, Number(count) - number) }, (_, index) => open(number + index));
  sockets.push(...(await Promise.all(batch)));
}
const opened = sockets.filter((socket) => socket !== undefined);
const again = await Promise.all(opened.map((socket, number) => askEcho(socket, `again ${number}\n`)));
console.log(JSON.stringify({ opened: opened.length, answeredAgain: again.filter(Boolean).length }));
for (const socket of opened) {
  socket.destroy();
}
