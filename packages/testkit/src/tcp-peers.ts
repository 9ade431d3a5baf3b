import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

const BACKLOG = 1;
/** More than that backlog takes. */
const CONNECTIONS_THAT_FILL_A_QUEUE = 4;
/** Listens, says where, and then holds its thread, so that nothing is ever accepted. */
const SILENT_LISTENER = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:net').createServer();
  server.listen({ host: '127.0.0.1', port: 0, backlog: ${BACKLOG} }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

/** A service on 127.0.0.1 whose behaviour is a function of each connection. */
export class TcpService {
  readonly port: number;
  readonly connections: Set<Socket> = new Set();
  /** Connections so far. */
  total = 0;
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  /** `behave` gets a half-open capable socket with an error listener. */
  static async start(behave: (socket: Socket) => void, port = 0): Promise<TcpService> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.listen({ host: '127.0.0.1', port });
    await once(server, 'listening');
    const service = new TcpService(server, (server.address() as AddressInfo).port);
    server.on('connection', (socket) => {
      service.total += 1;
      service.connections.add(socket);
      socket.on('error', () => {}).once('close', () => service.connections.delete(socket));
      behave(socket);
    });
    return service;
  }

  /** Resolves with the next connection. */
  async next(): Promise<Socket> {
    const [socket] = await once(this.#server, 'connection');
    return socket as Socket;
  }

  async close(): Promise<void> {
    for (const socket of this.connections) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** A place on 127.0.0.1 whose handshakes are never answered: its accept queue is full. */
export class SilentListener {
  readonly port: number;
  readonly #worker: Worker;
  readonly #queued: readonly Socket[];

  private constructor(worker: Worker, port: number, queued: readonly Socket[]) {
    this.#worker = worker;
    this.port = port;
    this.#queued = queued;
  }

  static async start(): Promise<SilentListener> {
    const worker = new Worker(SILENT_LISTENER, { eval: true });
    const [port] = (await once(worker, 'message')) as [number];
    const queued = Array.from({ length: CONNECTIONS_THAT_FILL_A_QUEUE }, () =>
      connect({ host: '127.0.0.1', port }).on('error', () => {}),
    );
    // The queue holds one more than its backlog.
    await Promise.all(queued.slice(0, BACKLOG + 1).map((socket) => once(socket, 'connect')));
    return new SilentListener(worker, port, queued);
  }

  async close(): Promise<void> {
    for (const socket of this.#queued) socket.destroy();
    await this.#worker.terminate();
  }
}

/** A port on 127.0.0.1 where nobody listens. */
export async function findClosedPort(): Promise<number> {
  const service = await TcpService.start(() => {});
  await service.close();
  return service.port;
}

/** Connects; the socket is half-open capable and has an error listener. Rejects when refused. */
export async function connectTo(port: number, options: { readonly allowHalfOpen?: boolean } = {}): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: options.allowHalfOpen ?? true, noDelay: true });
  await once(socket, 'connect');
  return socket.on('error', () => {});
}

/** How the stream ended: all its bytes, or the code of the error that broke it. */
export type Reading =
  | { readonly kind: 'ended'; readonly bytes: Buffer }
  | { readonly kind: 'broken'; readonly code: string };

/**
 * Reads until the end. Never rejects. libuv reports a reset that comes behind data as an end: an empty write, where one is
 * still possible, tells them apart.
 */
export async function readToEnd(socket: Socket): Promise<Reading> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) chunks.push(chunk);
    if (socket.writable) await writeNothing(socket);
    return { kind: 'ended', bytes: Buffer.concat(chunks) };
  } catch (error) {
    return { kind: 'broken', code: error instanceof Error && 'code' in error ? String(error.code) : String(error) };
  }
}

function writeNothing(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(Buffer.alloc(0), (error) => (error ? reject(error) : resolve()));
  });
}

/** Behaviours of a service. */
export function echo(socket: Socket): void {
  socket.pipe(socket);
}

/** Says its name and then echoes. */
export function greetWith(name: string): (socket: Socket) => void {
  return (socket) => {
    socket.write(name);
    echo(socket);
  };
}
