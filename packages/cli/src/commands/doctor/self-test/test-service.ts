import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** What a client asks of the service with its first byte. */
export const ASK = { echo: 'e', countToEnd: 'c', reset: 'r' } as const;

/** A TCP service that echoes, counts what comes before the end, or resets. */
export class TestService {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #resetsSeen = 0;

  private constructor() {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket));
  }

  /** Rejects with the error of the system where it can't listen. */
  static async listen(address: string): Promise<TestService> {
    const service = new TestService();
    service.#server.listen(0, address);
    await once(service.#server, 'listening');
    return service;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Connections that clients have reset. */
  get resetsSeen(): number {
    return this.#resetsSeen;
  }

  /** Ends every connection. */
  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') this.#resetsSeen += 1;
      socket.destroy();
    });
    socket.once('data', (first: Buffer) => {
      switch (first.toString('latin1', 0, 1)) {
        case ASK.echo:
          socket.write(first);
          socket.pipe(socket);
          break;
        case ASK.countToEnd: {
          let count = first.length;
          socket.on('data', (chunk: Buffer) => {
            count += chunk.length;
          });
          socket.on('end', () => socket.end(`${count}`));
          break;
        }
        default:
          socket.resetAndDestroy();
      }
    });
  }
}
