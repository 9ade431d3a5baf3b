/**
 * node service.mjs PORT [NAME]: a TCP service whose client says in one line what it shall do with the connection. Its own
 * lines say what became of connections: `ended N`, `reset N`, `heard N SHA-256`. On SIGTERM it closes its listener and ends when the last
 * connection has; from SIGUSR2 on it says its name 50 ms later than it could.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { pattern, sendBytes } from './bytes.mjs';

const LONGEST_LINE = 256;
const SLOW_MS = 50;
const [port, name = 'service'] = process.argv.slice(2);
let served = 0;
let isSlow = false;

const actions = {
  /** Its name, and the end. */
  who: (socket) => (isSlow ? setTimeout(() => socket.end(`${name}\n`), SLOW_MS) : socket.end(`${name}\n`)),
  /** Every byte back, the end too. */
  echo: (socket, _, rest) => {
    socket.write(rest);
    socket.pipe(socket);
  },
  /** Hears all that comes, and answers with its SHA-256 only after the client's end. */
  digest: (socket, _, rest) => {
    const hash = createHash('sha256').update(rest);
    socket.on('data', (chunk) => hash.update(chunk));
    socket.on('end', () => socket.end(`${hash.digest('hex')}\n`));
  },
  /** Its end at once; then hears all that comes, and says what that was. */
  last: (socket, _, rest, number) => {
    const hash = createHash('sha256').update(rest);
    socket.end();
    socket.on('data', (chunk) => hash.update(chunk));
    socket.on('end', () => console.log(`heard ${number} ${hash.digest('hex')}`));
  },
  /** As many bytes as asked for, and the end. */
  bytes: (socket, count) => sendBytes(socket, Number(count)),
  /** Bytes without end. */
  firehose: (socket) => {
    const fill = () => {
      while (!socket.destroyed && socket.write(pattern)) {}
    };
    socket.on('drain', fill);
    fill();
  },
  /** Resets the connection. */
  reset: (socket) => socket.resetAndDestroy(),
  /** Sends half of an answer, then resets. */
  break: (socket) => socket.write('half of an ans', () => setImmediate(() => socket.resetAndDestroy())),
  /** Its name, and then every byte back. */
  stay: (socket, _, rest) => {
    socket.write(`${name}\n`);
    socket.write(rest);
    socket.pipe(socket);
  },
  /** PING as redis clients send it, for checks. */
  '*1\r': (socket) => {
    socket.write('+PONG\r\n');
    socket.on('end', () => socket.end()).resume();
  },
  /** Says so, and reads nothing more. */
  hold: (socket) => {
    socket.pause();
    socket.write('holding\n');
  },
};

const server = createServer({ allowHalfOpen: true }, (socket) => {
  const number = ++served;
  let head = Buffer.alloc(0);
  const read = (chunk) => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\n');
    if (end < 0 && head.length < LONGEST_LINE) {
      return;
    }
    socket.off('data', read);
    const [action, argument] = head.subarray(0, end).toString().split(' ');
    console.log(`${action} ${number}`);
    actions[action]?.(socket, argument, head.subarray(end + 1), number);
  };
  socket.on('data', read);
  socket.on('end', () => {
    console.log(`ended ${number}`);
    if (!head.includes('\n')) {
      socket.end();
    }
  });
  socket.on('error', (error) =>
    console.log(error.code === 'ECONNRESET' ? `reset ${number}` : `${error.code} ${number}`),
  );
});

process.on('SIGTERM', () => server.close());
process.on('SIGUSR2', () => {
  isSlow = true;
});
server.listen({ port: Number(port), host: process.env.SERVICE_ADDRESS ?? '0.0.0.0', backlog: 4096 }, () =>
  console.log('ready'),
);
