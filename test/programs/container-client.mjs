/**
 * node container-client.mjs HOST PORT: four clients ask redis which port it listens on, over a new connection each time, until SIGTERM.
 * Prints `first answer of PORT`, `answered N` after every hundred, and at the end what it counted as JSON.
 */
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';

const CLIENTS = 4;
const PAUSE_MS = 5;
const [host, port] = process.argv.slice(2);
const by = {};
const failures = [];
let answered = 0;
let isStopping = false;
process.once('SIGTERM', () => {
  isStopping = true;
});

/** A name server that is slow is no failed connection. */
const resolveHost = async () => {
  for (;;) {
    try {
      return (await lookup(host)).address;
    } catch {
      await setTimeout(PAUSE_MS);
    }
  }
};

const ask = (address) =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(port), address, () => socket.write('CONFIG GET port\r\n'));
    let reply = '';
    socket.setEncoding('utf8').on('data', (text) => {
      reply += text;
      const told = /^\*2\r\n\$4\r\nport\r\n\$\d\r\n(\d+)\r\n$/.exec(reply)?.[1];
      if (told === undefined) return;
      socket.end();
      resolve(told);
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed after "${reply}"`)));
  });

const keepAsking = async () => {
  while (!isStopping) {
    const address = await resolveHost();
    const begunAt = Date.now();
    try {
      const name = await ask(address);
      if (by[name] === undefined) console.log(`first answer of ${name}`);
      by[name] = (by[name] ?? 0) + 1;
      answered += 1;
      if (answered % 100 === 0) console.log(`answered ${answered}`);
    } catch (error) {
      failures.push({ begunAt, how: error.code ?? error.message });
    }
    await setTimeout(PAUSE_MS);
  }
};

await Promise.all(Array.from({ length: CLIENTS }, keepAsking));
console.log(JSON.stringify({ answered, by, failures }));
