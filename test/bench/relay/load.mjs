/**
 * node load.mjs KIND PORT COUNT [CONCURRENCY] [PAUSE]: asks an HTTP service on this host, or feeds a sink, and prints as JSON what it took.
 *
 *     download     COUNT bytes at least, over one connection
 *     upload       COUNT bytes, over one connection, until the sink has ended too
 *     requests     COUNT requests over CONCURRENCY connections that are kept
 *     connections  COUNT connections of one request each, CONCURRENCY at a time, PAUSE ms apart
 *     idle, slow   COUNT connections that are answered once, or that stop reading a stream without end; prints `ready` and holds
 *                  them until its standard input ends
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';

const KEPT = 'GET / HTTP/1.1\r\nHost: bench\r\n\r\n';
const SINGLE = 'GET / HTTP/1.0\r\n\r\n';
const BULK = 'GET /bulk HTTP/1.0\r\n\r\n';
/** Connections opened at a time where many are held. */
const AT_A_TIME = 50;
/** What the answer to `KEPT` ends with. */
const LAST_BYTE = '.'.charCodeAt(0);

const [kind, port, counted, concurrently = '1', pause] = process.argv.slice(2);
const count = Number(counted);
const concurrency = Number(concurrently);
const chunk = Buffer.alloc(65_536, 'bulk');
const buffer = Buffer.allocUnsafeSlow(65_536);

/** All sockets read into the same buffer: what is read is thrown away. */
const open = (onRead = () => true) => {
  const socket = connect({
    host: '127.0.0.1',
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
  requests: async () => {
    const took = [];
    let left = count;
    const askOn = async () => {
      let startedAt = 0;
      const socket = open((length) => {
        if (buffer[length - 1] !== LAST_BYTE) return true;
        took.push(performance.now() - startedAt);
        ask();
        return true;
      });
      const ask = () => {
        if (left === 0) {
          socket.end();
          return;
        }
        left -= 1;
        startedAt = performance.now();
        socket.write(KEPT);
      };
      ask();
      await once(socket, 'close');
    };
    await Promise.all(Array.from({ length: concurrency }, askOn));
    return describe(took);
  },
  connections: async () => {
    const took = [];
    let left = count;
    const askOn = async () => {
      while (left > 0) {
        left -= 1;
        let answered = false;
        const startedAt = performance.now();
        const socket = open(() => {
          if (!answered) took.push(performance.now() - startedAt);
          answered = true;
          return true;
        });
        socket.write(SINGLE);
        await once(socket, 'close');
        if (!answered) throw new Error('closed without an answer');
        if (pause !== undefined) await setTimeout(Number(pause));
      }
    };
    await Promise.all(Array.from({ length: concurrency }, askOn));
    return describe(took);
  },
  idle: async () => hold(KEPT, () => true),
  slow: async () =>
    hold(BULK, (socket) => {
      socket.pause();
      return false;
    }),
};

const describe = (took) => {
  took.sort((a, b) => a - b);
  return { p50: took[Math.floor(took.length * 0.5)], p99: took[Math.floor(took.length * 0.99)] };
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
const latencies = await loads[kind]();
console.log(JSON.stringify({ seconds: (performance.now() - startedAt) / 1_000, ...latencies }));
