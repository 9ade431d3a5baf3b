/** node silent.mjs HOST PORT COUNT: COUNT clients that connect and never say anything. Prints `ready` when all are connected. */
import { connect } from 'node:net';

const AT_A_TIME = 200;
const [host, port, count] = process.argv.slice(2);

const open = () =>
  new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) }, resolve);
    socket.on('error', (error) => console.log(`lost: ${error.code}`));
    socket.on('end', () => console.log('lost: end'));
    socket.resume();
  });

for (let opened = 0; opened < Number(count); opened += AT_A_TIME) {
  await Promise.all(Array.from({ length: AT_A_TIME }, open));
}
console.log('ready');
