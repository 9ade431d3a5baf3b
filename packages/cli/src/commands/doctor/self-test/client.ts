import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A step's failure that is not the system's: in words that may be shown to everybody. */
export class StepFailure extends Error {}

/** Connects to the proxy; `timeoutMs` of silence destroy it with ETIMEDOUT. */
export async function connectClient(port: number, timeoutMs: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  // Whoever waits hears of it.
  socket.on('error', () => undefined);
  socket.setTimeout(timeoutMs, () => {
    socket.destroy(Object.assign(new Error('nothing came in time'), { code: 'ETIMEDOUT' }));
  });
  await once(socket, 'connect');
  return socket;
}

/** The next `length` bytes. Rejects when the connection ends before. */
export async function readBytes(socket: Socket, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let count = 0;
  return new Promise<Buffer>((resolve, reject) => {
    const settle = (end: () => void): void => {
      socket.off('data', take).off('end', onEnd).off('error', reject);
      end();
    };
    const take = (chunk: Buffer): void => {
      chunks.push(chunk);
      count += chunk.length;
      if (count >= length) settle(() => resolve(Buffer.concat(chunks)));
    };
    const onEnd = (): void => settle(() => reject(new StepFailure('the connection ended too early')));
    socket.on('data', take).once('end', onEnd).once('error', reject);
  });
}
