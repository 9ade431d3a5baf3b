import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { decodeLine, LineReader } from '@mdns-ambassador/peers';

const MAX_LINE_BYTES = 256;
/** Who connects says its line at once. */
const PATIENCE_MS = 2_000;
const MAX_CALLERS = 8;

/** Waits for the one connection that the other machine was asked to make; nothing else is served. */
export interface CallBack {
  readonly port: number;
  /** It has connected, and has said the id. */
  readonly hasCome: boolean;
  close(): void;
}

/** Listens on any free port of an own address, link-local IPv6 with its zone. Undefined where it can't. */
export async function listenForCall(address: string, id: string): Promise<CallBack | undefined> {
  const callers = new Set<Socket>();
  let hasCome = false;
  const server = createServer((socket) => {
    callers.add(socket);
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.on('close', () => callers.delete(socket)).on('error', () => socket.destroy());
    const lines = new LineReader(MAX_LINE_BYTES);
    socket.on('data', (chunk: Buffer) => {
      const [text, ...more] = lines.push(chunk) ?? [''];
      if (text === undefined) return;
      const reading = decodeLine(text);
      const isIt = reading.kind === 'line' && reading.line.kind === 'dialled' && reading.line.id === id;
      if (isIt && more.length === 0) hasCome = true;
      socket.destroy();
    });
  });
  server.maxConnections = MAX_CALLERS;
  server.on('error', () => undefined);
  try {
    server.listen(0, address);
    await once(server, 'listening');
  } catch {
    return undefined;
  }
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    get hasCome() {
      return hasCome;
    },
    close() {
      server.close();
      for (const caller of callers) caller.destroy();
    },
  };
}
