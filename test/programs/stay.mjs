/**
 * node stay.mjs HOST PORT COUNT [MS]: opens COUNT connections to `stay` and keeps them; with MS each sends a byte that often.
 * Prints `ready {"h1":7,...}`: who answered how many. Then a line for each that ends by itself, `h1 ECONNRESET`, until its standard
 * input ends; then it closes what is left and prints `done`.
 */
import { connect } from 'node:net';

const AT_A_TIME = 200;
const [host, port, count, everyMs] = process.argv.slice(2);
const sockets = new Map();
const by = {};
let refused = 0;

const open = () =>
  new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) });
    let name;
    let heard = '';
    let end = 'end';
    socket.write('stay\n');
    socket.on('data', (chunk) => {
      if (name !== undefined) return;
      heard += chunk;
      if (!heard.includes('\n')) return;
      name = heard.split('\n')[0];
      by[name] = (by[name] ?? 0) + 1;
      sockets.set(socket, name);
      resolve();
    });
    socket.on('error', (error) => {
      end = error.code;
    });
    socket.on('close', () => {
      if (name === undefined) {
        refused += 1;
        resolve();
      } else if (sockets.delete(socket)) {
        console.log(`${name} ${end}`);
      }
    });
  });

for (let opened = 0; opened < Number(count); opened += AT_A_TIME) {
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, Number(count) - opened) }, open));
}
console.log(`ready ${JSON.stringify({ ...by, refused })}`);
if (everyMs !== undefined) {
  setInterval(() => {
    for (const socket of sockets.keys()) {
      socket.write('.');
    }
  }, Number(everyMs)).unref();
}
process.stdin.resume();
process.stdin.on('end', () => {
  for (const socket of [...sockets.keys()]) {
    sockets.delete(socket);
    socket.destroy();
  }
  console.log('done');
  process.exit();
});
