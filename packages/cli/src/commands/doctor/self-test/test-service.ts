import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** What a client asks of the service with its first byte. */
export const ASK = { echo: 'e', countToEnd: 'c', reset: 'r' } as const;

/** A TCP service that echoes, counts what comes before the end, or resets. */
export interface TestService {
  readonly port: number;
  /** Connections that clients have reset. */
  readonly resetsSeen: number;
  /** Ends every connection. */
  close(): void;
}

/** Rejects with the error of the system where it can't listen. */
export async function startTestService(address: string): Promise<TestService> {
  const sockets = new Set<Socket>();
  let resetsSeen = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') resetsSeen += 1;
      socket.destroy();
    });
    socket.once('data', (first: Buffer) => answer(socket, first));
  });
  server.listen(0, address);
  await once(server, 'listening');
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    get resetsSeen() {
      return resetsSeen;
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function answer(socket: Socket, first: Buffer): void {
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
}
