/**
 * node load.mjs KIND PORT COUNT: asks an HTTP service on this host, or at LOAD_ADDRESS, or feeds a sink, and prints as JSON what it took. Where the one who
 * asks could be slower than who is asked there is load.c.
 *
 *     download     COUNT bytes at least, over one connection
 *     upload       COUNT bytes, over one connection, until the sink has ended too
 *     idle, slow   COUNT connections that are answered once, or that stop reading a stream without end; prints `ready` and holds
 *                  them until its standard input ends
 */
import { once } from 'node:events';
import { connect } from 'node:net';

const KEPT = 'GET / HTTP/1.1\r\nHost: bench\r\n\r\n';
const BULK = 'GET /bulk HTTP/1.0\r\n\r\n';
/** Connections opened at a time where many are held. */
const AT_A_TIME = 50;

const [kind, port, counted] = process.argv.slice(2);
const count = Number(counted);
const chunk = Buffer.alloc(65_536, 'bulk');
const buffer = Buffer.allocUnsafeSlow(65_536);

/** All sockets read into the same buffer: what is read is thrown away. */
const open = (onRead = () => true) => {
  const socket = connect({
    host: process.env.LOAD_ADDRESS ?? '127.0.0.1',
    port: Number(port),
    noDelay: true,
    onread: { buffer, callback: onRead },
  });
  socket.on('error', (error) => {
    console.error(`${kind}: ${error.message}`);
    process.exit(1);
  });
  return socket;
};

const loads = {
  download: async () => {
    let bytes = 0;
    const socket = open((length) => {
      bytes += length;
      if (bytes >= count) socket.destroy();
      return true;
    });
    socket.write(BULK);
    await once(socket, 'close');
    if (bytes < count) throw new Error(`${bytes} bytes came, not ${count}`);
  },
  upload: async () => {
    const socket = open();
    let left = count;
    const feed = () => {
      while (left > 0) {
        left -= chunk.length;
        if (!socket.write(chunk)) return;
      }
      socket.end();
    };
    socket.on('drain', () => (left > 0 || !socket.writableEnded) && feed());
    feed();
    await once(socket, 'close');
  },
  idle: async () => hold(KEPT, () => true),
  slow: async () =>
    hold(BULK, (socket) => {
      socket.pause();
      return false;
    }),
};

const hold = async (request, onAnswer) => {
  const sockets = [];
  const openOne = () =>
    new Promise((resolve) => {
      const socket = open(() => {
        resolve(undefined);
        return onAnswer(socket);
      });
      socket.write(request);
      sockets.push(socket);
    });
  while (sockets.length < count) {
    await Promise.all(Array.from({ length: Math.min(AT_A_TIME, count - sockets.length) }, openOne));
  }
  console.log('ready');
  process.stdin.resume();
  await once(process.stdin, 'end');
  for (const socket of sockets) socket.destroy();
};

const startedAt = performance.now();
await loads[kind]();
console.log(JSON.stringify({ seconds: (performance.now() - startedAt) / 1_000 }));
