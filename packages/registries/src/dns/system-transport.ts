import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { DnsServer } from './server.ts';
import type { DnsTransport } from './transport.ts';

/** RFC 1035 4.2.2: two bytes of length stand before a message. */
const LENGTH_BYTES = 2;

/** DNS over this machine's sockets. Every query has a socket, and so a source port, of its own (RFC 5452 9.2). */
export const systemDnsTransport: DnsTransport = { askOverUdp, askOverTcp };

async function askOverUdp(
  server: DnsServer,
  query: Uint8Array,
  isAnswer: (bytes: Uint8Array) => boolean,
  signal: AbortSignal,
): Promise<Uint8Array> {
  signal.throwIfAborted();
  return await new Promise((resolve, reject) => {
    const socket = createSocket(server.host.includes(':') ? 'udp6' : 'udp4');
    let isFinished = false;
    const finish = (settle: () => void): void => {
      if (isFinished) return;
      isFinished = true;
      signal.removeEventListener('abort', abort);
      // Its own listeners must stay: a socket that is still binding closes by them.
      socket.close();
      settle();
    };
    const abort = (): void => finish(() => reject(signal.reason));
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', (error) => finish(() => reject(error)));
    socket.on('message', (bytes) => {
      if (!isFinished && isAnswer(bytes)) finish(() => resolve(bytes));
    });
    socket.on('connect', () => {
      if (!isFinished) socket.send(query, (error) => error !== null && finish(() => reject(error)));
    });
    // A connected socket hears that server alone, and is told when nobody listens there.
    socket.connect(server.port, server.host);
  });
}

async function askOverTcp(server: DnsServer, query: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
  signal.throwIfAborted();
  return await new Promise((resolve, reject) => {
    const socket = connect({ host: server.host, port: server.port });
    let received = Buffer.alloc(0);
    const finish = (settle: () => void): void => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      settle();
    };
    const abort = (): void => finish(() => reject(signal.reason));
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', (error) => finish(() => reject(error)));
    socket.on('close', () => finish(() => reject(new Error('the server closed the connection without an answer'))));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const message = readMessage(received);
      if (message !== undefined) finish(() => resolve(message));
    });
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt16BE(query.length);
    socket.write(Buffer.concat([length, query]));
  });
}

function readMessage(received: Buffer): Buffer | undefined {
  if (received.length < LENGTH_BYTES) return undefined;
  const end = LENGTH_BYTES + received.readUInt16BE();
  return received.length < end ? undefined : received.subarray(LENGTH_BYTES, end);
}
